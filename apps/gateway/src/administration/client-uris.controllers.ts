import {
  AddClientUri,
  clientUriVersion,
  ListClientUris,
  ReadClientUri,
  RemoveClientUri,
  UpdateClientUri,
  type ClientUriKind,
} from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Body, Controller, Delete, Get, HttpCode, Injectable, Param, Post, Put, Req, Res } from '@nestjs/common';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import { answerWithTag, entityTag, ifMatchVersion } from '../http/conditional.js';
import type { GatewayReply, GatewayRequest } from '../http/gateway-request.js';
import { idempotencyKey, tellReplayed } from '../http/idempotency.js';
import { JsonBodyPipe } from '../http/json-body.pipe.js';
import { NoQuery } from '../http/no-query.js';
import { UuidPipe } from '../http/uuid.pipe.js';
import { clientUriView } from './client-uri.view.js';
import { AddClientUriDto, UpdateClientUriDto } from './dto/client-parts.dto.js';

/** What the routes of a client's URIs have in common: all but their path and what the URIs are for. */
@Injectable()
abstract class ClientUrisController {
  protected abstract readonly kind: ClientUriKind;
  protected abstract readonly path: string;

  constructor(protected readonly client: MessageClient) {}

  /** A bare array, as the API has it. */
  @Get()
  @RequirePermissions('view_clients', 'manage_clients')
  async list(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) clientId: string,
    @NoQuery() _query: null,
  ) {
    const request = { realmId: targetOf(caller).id, clientId, kind: this.kind };
    const { items } = await this.client.call(ListClientUris, request, context);
    return items.map(clientUriView);
  }

  @Post()
  @RequirePermissions('manage_clients')
  async add(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) clientId: string,
    @Body(new JsonBodyPipe(AddClientUriDto)) { value, enabled = true }: AddClientUriDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const { actor } = caller;
    const { id: realmId, name } = targetOf(caller);
    const { replayed, ...uri } = await this.client.call(
      AddClientUri,
      { actor, idempotencyKey: idempotencyKey(request), realmId, clientId, kind: this.kind, value, enabled },
      context,
    );
    tellReplayed(reply, replayed);
    reply
      .header('location', `/realms/${name}/clients/${clientId}/${this.path}/${uri.id}`)
      .header('etag', entityTag(clientUriVersion(uri)));
    return clientUriView(uri);
  }

  @Get(':uriId')
  @RequirePermissions('view_clients', 'manage_clients')
  async read(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) clientId: string,
    @Param('uriId', UuidPipe) uriId: string,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const uri = await this.client.call(ReadClientUri, this.addressOf(caller, clientId, uriId), context);
    return answerWithTag(request, reply, entityTag(clientUriVersion(uri)), { data: clientUriView(uri) });
  }

  @Put(':uriId')
  @RequirePermissions('manage_clients')
  async update(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) clientId: string,
    @Param('uriId', UuidPipe) uriId: string,
    @Body(new JsonBodyPipe(UpdateClientUriDto)) { enabled }: UpdateClientUriDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const addressed = await this.addressed(caller, clientId, uriId, request, context);
    const uri = await this.client.call(UpdateClientUri, { ...addressed, enabled }, context);
    reply.header('etag', entityTag(clientUriVersion(uri)));
    return { data: clientUriView(uri) };
  }

  @Delete(':uriId')
  @HttpCode(204)
  @RequirePermissions('manage_clients')
  async remove(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) clientId: string,
    @Param('uriId', UuidPipe) uriId: string,
    @Req() request: GatewayRequest,
  ) {
    const addressed = await this.addressed(caller, clientId, uriId, request, context);
    await this.client.call(RemoveClientUri, addressed, context);
  }

  private addressOf(caller: Access, clientId: string, uriId: string) {
    return { realmId: targetOf(caller).id, clientId, kind: this.kind, uriId };
  }

  private async addressed(
    caller: Access,
    clientId: string,
    uriId: string,
    request: GatewayRequest,
    context: CallContext,
  ) {
    const address = this.addressOf(caller, clientId, uriId);
    const ifVersion = await ifMatchVersion(request, async () =>
      clientUriVersion(await this.client.call(ReadClientUri, address, context)),
    );
    return { actor: caller.actor, ...address, ifVersion };
  }
}

/** Where sign-in may send the browsers of a client's users. */
@Controller('/realms/:realm/clients/:id/redirects')
export class RedirectUrisController extends ClientUrisController {
  protected override readonly kind = 'redirect';
  protected override readonly path = 'redirects';
}

/** Where sign-out may send them. */
@Controller('/realms/:realm/clients/:id/post-logout-redirects')
export class PostLogoutRedirectUrisController extends ClientUrisController {
  protected override readonly kind = 'post_logout_redirect';
  protected override readonly path = 'post-logout-redirects';
}

/** The origins whose scripts may read answers that are for a client. */
@Controller('/realms/:realm/clients/:id/web-origins')
export class WebOriginsController extends ClientUrisController {
  protected override readonly kind = 'web_origin';
  protected override readonly path = 'web-origins';
}
