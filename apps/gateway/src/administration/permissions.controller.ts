import {
  CreatePermission,
  DeletePermission,
  ListPermissions,
  ReadClient,
  ReadPermission,
  UpdatePermission,
} from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Body, Controller, Delete, Get, HttpCode, Injectable, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import { answerWithTag, entityTag, ifMatchVersion } from '../http/conditional.js';
import type { GatewayReply, GatewayRequest } from '../http/gateway-request.js';
import { idempotencyKey, tellReplayed } from '../http/idempotency.js';
import { JsonBodyPipe } from '../http/json-body.pipe.js';
import { ListQuery } from '../http/list-query.js';
import { askedOf } from '../http/small-list.js';
import { UuidPipe } from '../http/uuid.pipe.js';
import { CreatePermissionDto, UpdatePermissionDto } from './dto/roles.dto.js';
import { pageBody } from './page.view.js';
import { inRealm, newPermission, permissionChanges } from './role-requests.js';
import { permissionView } from './role.view.js';
import { PERMISSION_LIST } from './small-lists.js';

/** Whose catalogue it is: a client's, with its `client_id`, or the realm's. */
type Owner = { readonly id: string; readonly clientId: string } | null;

/** What the catalogues of realms and clients have in common: all but their path and how their owner is found. */
@Injectable()
abstract class CatalogueController {
  constructor(protected readonly client: MessageClient) {}

  /** The owner that the path names. @throws AppError `not_found`. */
  protected abstract owner(caller: Access, request: GatewayRequest, context: CallContext): Promise<Owner>;

  /** A catalogue is small and fixed in size: without `limit` it is answered whole. */
  @Get()
  @RequirePermissions('view_roles', 'manage_roles')
  async permissions(@Caller() caller: Access, @Context() context: CallContext, @Req() request: GatewayRequest) {
    const page = askedOf(PERMISSION_LIST, request.query);
    const owner = await this.owner(caller, request, context);
    const ofClient = owner === null ? {} : { clientId: owner.id };
    const { items } = await this.client.call(ListPermissions, { realmId: targetOf(caller).id, ...ofClient }, context);
    return pageBody(page(items), permissionView);
  }

  @Post()
  @RequirePermissions('manage_roles')
  async create(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Body(new JsonBodyPipe(CreatePermissionDto)) body: CreatePermissionDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const client = await this.owner(caller, request, context);
    const key = idempotencyKey(request);
    const { replayed, ...permission } = await this.client.call(
      CreatePermission,
      { ...inRealm(caller), client, idempotencyKey: key, ...newPermission(body) },
      context,
    );
    tellReplayed(reply, replayed);
    const { name } = targetOf(caller);
    const catalogue = client === null ? `/realms/${name}` : `/realms/${name}/clients/${client.id}`;
    reply
      .header('location', `${catalogue}/permissions/${encodeURIComponent(permission.name)}`)
      .header('etag', entityTag(permission.version ?? 0));
    return permissionView(permission);
  }

  @Get(':name')
  @RequirePermissions('view_roles', 'manage_roles')
  async read(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('name') name: string,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const { permission } = await this.present(caller, name, request, context);
    return answerWithTag(request, reply, entityTag(permission.version ?? 0), { data: permissionView(permission) });
  }

  @Patch(':name')
  @RequirePermissions('manage_roles')
  async update(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('name') name: string,
    @Body(new JsonBodyPipe(UpdatePermissionDto, { mergePatch: true })) body: UpdatePermissionDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const addressed = await this.addressed(caller, name, request, context);
    const changes = permissionChanges(body);
    const permission = await this.client.call(UpdatePermission, { ...addressed, changes }, context);
    reply.header('etag', entityTag(permission.version ?? 0));
    return { data: permissionView(permission) };
  }

  /** With `?force=true` it is taken from the roles that hold it. */
  @Delete(':name')
  @HttpCode(204)
  @RequirePermissions('manage_roles')
  async delete(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('name') name: string,
    @Req() request: GatewayRequest,
  ) {
    const query = new ListQuery(request.query);
    const force = query.boolean('force') ?? false;
    query.done();
    const addressed = await this.addressed(caller, name, request, context);
    await this.client.call(DeletePermission, { ...addressed, force }, context);
  }

  private async present(caller: Access, name: string, request: GatewayRequest, context: CallContext) {
    const clientId = (await this.owner(caller, request, context))?.id ?? null;
    const permission = await this.client.call(
      ReadPermission,
      { realmId: targetOf(caller).id, clientId, name },
      context,
    );
    return { clientId, permission };
  }

  private async addressed(caller: Access, name: string, request: GatewayRequest, context: CallContext) {
    const clientId = (await this.owner(caller, request, context))?.id ?? null;
    const ifVersion = await ifMatchVersion(
      request,
      async () => (await this.present(caller, name, request, context)).permission.version ?? 0,
    );
    return { ...inRealm(caller), clientId, name, ifVersion };
  }
}

/** The catalogue of a realm: the built-in permissions and the realm's own. To change it takes `manage_realm` as well. */
@Controller('/realms/:realm/permissions')
export class PermissionsController extends CatalogueController {
  protected override owner(): Promise<Owner> {
    return Promise.resolve(null);
  }
}

/** The catalogue of a client as an API. To change it takes `manage_clients` as well; only the registry knows which clients there are. */
@Controller('/realms/:realm/clients/:id/permissions')
export class ClientPermissionsController extends CatalogueController {
  protected override async owner(caller: Access, request: GatewayRequest, context: CallContext): Promise<Owner> {
    const id = new UuidPipe().transform((request.params as { readonly id?: string }).id);
    const { clientId } = await this.client.call(ReadClient, { realmId: targetOf(caller).id, id }, context);
    return { id, clientId };
  }
}
