import { CreateClientSecret, DeleteClientSecret, ListClientSecrets } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import type { GatewayReply, GatewayRequest } from '../http/gateway-request.js';
import { idempotencyKey, tellReplayed } from '../http/idempotency.js';
import { parseInstant } from '../http/instant.js';
import { JsonBodyPipe } from '../http/json-body.pipe.js';
import { ListQuery } from '../http/list-query.js';
import { askedOf } from '../http/small-list.js';
import { UuidPipe } from '../http/uuid.pipe.js';
import { clientSecretView, newSecretView } from './client-secret.view.js';
import { CreateClientSecretDto } from './dto/client-parts.dto.js';
import { pageBody } from './page.view.js';
import { CLIENT_SECRET_LIST } from './small-lists.js';

/** The secrets of a client. */
@Controller('/realms/:realm/clients/:id/secrets')
export class ClientSecretsController {
  constructor(private readonly client: MessageClient) {}

  @Get()
  @RequirePermissions('view_clients', 'manage_clients')
  async list(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) clientId: string,
    @Req() request: GatewayRequest,
  ) {
    const page = askedOf(CLIENT_SECRET_LIST, request.query);
    const { items } = await this.client.call(ListClientSecrets, { realmId: targetOf(caller).id, clientId }, context);
    return pageBody(page(items), clientSecretView);
  }

  @Post()
  @RequirePermissions('manage_clients')
  async create(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) clientId: string,
    @Body(new JsonBodyPipe(CreateClientSecretDto, { optional: true })) body: CreateClientSecretDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const { secret, text, replayed } = await this.client.call(
      CreateClientSecret,
      {
        actor: caller.actor,
        idempotencyKey: idempotencyKey(request),
        realmId: targetOf(caller).id,
        clientId,
        name: body.name ?? null,
        expiresAt: parseInstant(body.expires_at ?? '') ?? null,
      },
      context,
    );
    tellReplayed(reply, replayed);
    return newSecretView(secret, text);
  }

  @Delete(':secretId')
  @HttpCode(204)
  @RequirePermissions('manage_clients')
  async delete(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) clientId: string,
    @Param('secretId', UuidPipe) secretId: string,
    @Req() request: GatewayRequest,
  ) {
    const query = new ListQuery(request.query);
    const force = query.boolean('force') ?? false;
    query.done();
    const { actor } = caller;
    const realmId = targetOf(caller).id;
    await this.client.call(DeleteClientSecret, { actor, realmId, clientId, secretId, force }, context);
  }
}
