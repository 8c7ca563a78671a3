import {
  CLIENT_SORTS,
  CLIENT_TYPES,
  DeleteClient,
  ListClients,
  ReadClient,
  ReadServiceAccount,
  RegisterClient,
  RotateClientSecret,
  UpdateClient,
} from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import { answerWithTag, entityTag, ifMatchVersion } from '../http/conditional.js';
import type { GatewayReply, GatewayRequest } from '../http/gateway-request.js';
import { idempotencyKey, tellReplayed } from '../http/idempotency.js';
import { JsonBodyPipe } from '../http/json-body.pipe.js';
import { ListQuery } from '../http/list-query.js';
import { UuidPipe } from '../http/uuid.pipe.js';
import { clientView } from './client.view.js';
import { registration, clientChanges } from './client-requests.js';
import { CreateClientDto, RotateClientSecretDto, UpdateClientDto } from './dto/client.dto.js';
import { defined } from './dto/defined.js';
import { pageBody } from './page.view.js';
import { userView } from './user.view.js';

/** How long the other secrets still work after a rotation, when the caller does not say: a day. */
const DEFAULT_GRACE_SECONDS = 86_400;

/** The clients of a realm. */
@Controller('/realms/:realm/clients')
export class ClientsController {
  constructor(private readonly client: MessageClient) {}

  @Post()
  @RequirePermissions('create_client', 'manage_clients')
  async create(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Body(new JsonBodyPipe(CreateClientDto)) body: CreateClientDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const realm = targetOf(caller);
    const { client, clientSecret, replayed } = await this.client.call(
      RegisterClient,
      { actor: caller.actor, idempotencyKey: idempotencyKey(request), realmId: realm.id, ...registration(body) },
      context,
    );
    tellReplayed(reply, replayed);
    reply.header('location', `/realms/${realm.name}/clients/${client.id}`).header('etag', entityTag(client.version));
    // In the answer to a repeated request the secret is null, not absent: there is one, and it was shown the first time.
    return { ...clientView(client), ...(client.hasSecret ? { client_secret: clientSecret } : {}) };
  }

  @Get()
  @RequirePermissions('query_clients', 'view_clients', 'manage_clients')
  async list(@Caller() caller: Access, @Context() context: CallContext, @Req() request: GatewayRequest) {
    const query = new ListQuery(request.query);
    const page = query.page();
    const search = query.text('search') ?? null;
    const sort = query.oneOf('sort', CLIENT_SORTS) ?? 'client_id';
    const filter = defined({
      clientId: query.text('client_id'),
      name: query.text('name'),
      owner: query.text('owner'),
      enabled: query.boolean('enabled'),
      clientType: query.oneOf('client_type', CLIENT_TYPES),
      publicClient: query.boolean('public_client'),
      firstParty: query.boolean('first_party'),
      serviceAccountEnabled: query.boolean('service_account_enabled'),
      directAccessGrantsEnabled: query.boolean('direct_access_grants_enabled'),
    });
    query.done();
    return pageBody(
      await this.client.call(ListClients, { realmId: targetOf(caller).id, page, search, sort, filter }, context),
      clientView,
    );
  }

  @Get(':id')
  @RequirePermissions('view_clients', 'manage_clients')
  async read(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const client = await this.client.call(ReadClient, { realmId: targetOf(caller).id, id }, context);
    return answerWithTag(request, reply, entityTag(client.version), { data: clientView(client) });
  }

  @Patch(':id')
  @RequirePermissions('manage_clients')
  async update(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Body(new JsonBodyPipe(UpdateClientDto, { mergePatch: true })) body: UpdateClientDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const client = await this.client.call(
      UpdateClient,
      { ...(await this.addressed(caller, id, request, context)), changes: clientChanges(body) },
      context,
    );
    reply.header('etag', entityTag(client.version));
    return { data: clientView(client) };
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermissions('manage_clients')
  async delete(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Req() request: GatewayRequest,
  ) {
    await this.client.call(DeleteClient, await this.addressed(caller, id, request, context), context);
  }

  @Post(':id/client-secret')
  @HttpCode(200)
  @RequirePermissions('manage_clients')
  async rotateSecret(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Body(new JsonBodyPipe(RotateClientSecretDto, { optional: true })) body: RotateClientSecretDto,
  ) {
    const rotated = await this.client.call(
      RotateClientSecret,
      {
        actor: caller.actor,
        realmId: targetOf(caller).id,
        id,
        graceSeconds: body.grace_seconds ?? DEFAULT_GRACE_SECONDS,
      },
      context,
    );
    return {
      id: rotated.id,
      client_secret: rotated.clientSecret,
      created_at: rotated.createdAt,
      others_expire_at: rotated.othersExpireAt,
    };
  }

  @Get(':id/service-account-user')
  @RequirePermissions('view_clients', 'manage_clients')
  async serviceAccount(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const user = await this.client.call(ReadServiceAccount, { realmId: targetOf(caller).id, clientId: id }, context);
    return answerWithTag(request, reply, entityTag(user.version), { data: userView(user) });
  }

  private async addressed(caller: Access, id: string, request: GatewayRequest, context: CallContext) {
    const realmId = targetOf(caller).id;
    const ifVersion = await ifMatchVersion(
      request,
      async () => (await this.client.call(ReadClient, { realmId, id }, context)).version,
    );
    return { actor: caller.actor, realmId, id, ifVersion };
  }
}
