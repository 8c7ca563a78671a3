import {
  CreateRealm,
  DeleteRealm,
  ListRealms,
  MASTER_REALM,
  MAX_REALMS_PER_PAGE,
  ReadRealm,
  REALM_SORTS,
  UpdateRealm,
  type Realm,
} from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Body, Controller, Delete, Get, HttpCode, Post, Put, Req, Res } from '@nestjs/common';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequireMasterPermissions, RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import { answerWithTag, entityTag, ifMatchVersion } from '../http/conditional.js';
import type { GatewayReply, GatewayRequest } from '../http/gateway-request.js';
import { idempotencyKey, tellReplayed } from '../http/idempotency.js';
import { JsonBodyPipe } from '../http/json-body.pipe.js';
import { ListQuery } from '../http/list-query.js';
import { defined } from './dto/defined.js';
import { policyChanges } from './dto/password-policy.dto.js';
import { CreateRealmDto, UpdateRealmDto, UpdateRealmSettingsDto } from './dto/realm.dto.js';
import { pageBody, wholeList } from './page.view.js';
import { realmView } from './realm.view.js';

/** Realms. One realm is answered bare, as the API has it. */
@Controller('/realms')
export class RealmsController {
  constructor(private readonly client: MessageClient) {}

  @Post()
  @RequireMasterPermissions('manage_realm')
  async create(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Body(new JsonBodyPipe(CreateRealmDto)) body: CreateRealmDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const realm = await this.client.call(
      CreateRealm,
      {
        actor: caller.actor,
        idempotencyKey: idempotencyKey(request),
        name: body.name,
        displayName: body.display_name ?? null,
      },
      context,
    );
    tellReplayed(reply, realm.replayed);
    reply.header('location', `/realms/${realm.name}`).header('etag', entityTag(realm.version));
    return realmView(realm);
  }

  @Get()
  @RequirePermissions('query_realms', 'view_realm', 'manage_realm')
  async list(@Caller() caller: Access, @Context() context: CallContext, @Req() request: GatewayRequest) {
    const query = new ListQuery(request.query);
    const page = query.page();
    const search = query.text('search') ?? null;
    const sort = query.oneOf('sort', REALM_SORTS) ?? 'name';
    const enabled = query.boolean('enabled');
    const name = query.text('name', 63) ?? null;
    query.done();
    const own = administeredBy(caller);
    if (name !== null && own !== null && name !== own) return wholeList([], realmView);
    return pageBody(
      await this.client.call(
        ListRealms,
        { page, search, onlyName: own ?? name, sort, ...defined({ enabled }) },
        context,
      ),
      realmView,
    );
  }

  @Get(':realm')
  @RequirePermissions('view_realm', 'manage_realm')
  async read(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const realm = await this.client.call(ReadRealm, { name: targetOf(caller).name }, context);
    return answerWithTag(request, reply, entityTag(realm.version), realmView(realm));
  }

  @Put(':realm')
  @RequirePermissions('manage_realm')
  async update(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Body(new JsonBodyPipe(UpdateRealmDto)) body: UpdateRealmDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const changes = defined({ name: body.name, displayName: body.display_name, enabled: body.enabled });
    const realm = await this.client.call(
      UpdateRealm,
      { ...(await this.addressed(caller, request, context)), changes },
      context,
    );
    reply.header('etag', entityTag(realm.version)).header('content-location', `/realms/${realm.name}`);
    return realmView(realm);
  }

  @Put(':realm/settings')
  @RequirePermissions('manage_realm')
  async updateSettings(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Body(new JsonBodyPipe(UpdateRealmSettingsDto)) body: UpdateRealmSettingsDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const settings = defined({
      accessTokenLifetimeSeconds: body.access_token_lifetime,
      refreshTokenLifetimeSeconds: body.refresh_token_lifetime,
      idTokenLifetimeSeconds: body.id_token_lifetime,
      temporaryTokenLifetimeSeconds: body.temporary_token_lifetime,
      defaultSigningAlgorithm: body.default_signing_algorithm,
      passwordPolicy: body.password_policy === undefined ? undefined : policyChanges(body.password_policy),
    });
    const realm = await this.client.call(
      UpdateRealm,
      { ...(await this.addressed(caller, request, context)), changes: { settings } },
      context,
    );
    reply.header('etag', entityTag(realm.version));
    return { data: realmView(realm) };
  }

  @Delete(':realm')
  @HttpCode(204)
  @RequirePermissions('manage_realm')
  async delete(@Caller() caller: Access, @Context() context: CallContext, @Req() request: GatewayRequest) {
    await this.client.call(DeleteRealm, await this.addressed(caller, request, context), context);
  }

  /**
   * The realms the caller may administer: all for `master`'s administrators, else their own. Who asks for a page gets one; who does
   * not gets all of them at once.
   */
  @Get(':realm/users/@me/realms')
  @RequirePermissions(
    'query_realms',
    'view_realm',
    'manage_realm',
    'create_client',
    'manage_clients',
    'query_clients',
    'view_clients',
    'manage_users',
    'view_users',
    'manage_roles',
    'view_roles',
    'view_events',
  )
  async mine(@Caller() caller: Access, @Context() context: CallContext, @Req() request: GatewayRequest) {
    const query = new ListQuery(request.query);
    const page = query.page();
    const paged = query.text('limit') !== undefined || page.cursor !== null;
    const search = query.text('search') ?? null;
    query.done();
    const asked = { search, onlyName: administeredBy(caller) };
    if (paged) return pageBody(await this.client.call(ListRealms, { page, ...asked }, context), realmView);
    const realms: Realm[] = [];
    let cursor: string | null = null;
    do {
      const some: { items: Realm[]; nextCursor: string | null } = await this.client.call(
        ListRealms,
        { page: { limit: MAX_REALMS_PER_PAGE, cursor }, ...asked },
        context,
      );
      realms.push(...some.items);
      cursor = some.nextCursor;
    } while (cursor !== null);
    return wholeList(realms, realmView);
  }

  private async addressed(caller: Access, request: GatewayRequest, context: CallContext) {
    const { id: realmId, name } = targetOf(caller);
    const ifVersion = await ifMatchVersion(
      request,
      async () => (await this.client.call(ReadRealm, { name }, context)).version,
    );
    return { actor: caller.actor, realmId, ifVersion };
  }
}

function administeredBy({ principal }: Access): string | null {
  return principal.realm === MASTER_REALM ? null : principal.realm;
}
