import {
  CreatePermission,
  CreateRole,
  DeletePermission,
  ListPermissions,
  ListRoles,
  PreviewToken,
  ReadClient,
  ReadUser,
  UpdatePermission,
} from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import { entityTag } from '../http/conditional.js';
import type { GatewayReply, GatewayRequest } from '../http/gateway-request.js';
import { JsonBodyPipe } from '../http/json-body.pipe.js';
import { ListQuery } from '../http/list-query.js';
import { NoQuery } from '../http/no-query.js';
import { UuidPipe } from '../http/uuid.pipe.js';
import { tokenPreviewView } from './authority.view.js';
import { CreatePermissionDto, CreateRoleDto, EvaluateDto, UpdatePermissionDto } from './dto/roles.dto.js';
import { pageBody, wholeList } from './page.view.js';
import { inRealm, newPermission, newRole, permissionChanges } from './role-requests.js';
import { permissionView, roleView } from './role.view.js';

/**
 * A client as an API: its own permissions and roles, and what its tokens would carry. To change them takes `manage_clients` as
 * well, and only the registry knows which clients there are.
 */
@Controller('/realms/:realm/clients/:id')
export class ClientRolesController {
  constructor(private readonly client: MessageClient) {}

  @Get('roles')
  @RequirePermissions('view_roles', 'manage_roles')
  async roles(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Req() request: GatewayRequest,
  ) {
    const query = new ListQuery(request.query);
    const page = query.page();
    const search = query.text('search') ?? null;
    query.done();
    const { realmId, client } = await this.known(caller, id, context);
    return pageBody(
      await this.client.call(ListRoles, { realmId, clientId: client.id, page, search }, context),
      roleView,
    );
  }

  @Post('roles')
  @RequirePermissions('manage_roles')
  async createRole(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Body(new JsonBodyPipe(CreateRoleDto)) body: CreateRoleDto,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const { client } = await this.known(caller, id, context);
    const role = await this.client.call(CreateRole, { ...inRealm(caller), client, ...newRole(body) }, context);
    reply
      .header('location', `/realms/${targetOf(caller).name}/roles/${role.id}`)
      .header('etag', entityTag(role.version));
    return { data: roleView(role) };
  }

  @Get('permissions')
  @RequirePermissions('view_roles', 'manage_roles')
  async permissions(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @NoQuery() _query: null,
  ) {
    const { realmId, client } = await this.known(caller, id, context);
    const { items } = await this.client.call(ListPermissions, { realmId, clientId: client.id }, context);
    return wholeList(items, permissionView);
  }

  @Post('permissions')
  @RequirePermissions('manage_roles')
  async createPermission(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Body(new JsonBodyPipe(CreatePermissionDto)) body: CreatePermissionDto,
  ) {
    const { client } = await this.known(caller, id, context);
    const request = { ...inRealm(caller), client, ...newPermission(body) };
    return permissionView(await this.client.call(CreatePermission, request, context));
  }

  @Patch('permissions/:name')
  @RequirePermissions('manage_roles')
  async updatePermission(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) clientId: string,
    @Param('name') name: string,
    @Body(new JsonBodyPipe(UpdatePermissionDto, { mergePatch: true })) body: UpdatePermissionDto,
  ) {
    const request = { ...inRealm(caller), clientId, name, changes: permissionChanges(body) };
    return { data: permissionView(await this.client.call(UpdatePermission, request, context)) };
  }

  /** With `?force=true` it is taken from the roles that hold it. */
  @Delete('permissions/:name')
  @HttpCode(204)
  @RequirePermissions('manage_roles')
  async deletePermission(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) clientId: string,
    @Param('name') name: string,
    @Req() request: GatewayRequest,
  ) {
    const query = new ListQuery(request.query);
    const force = query.boolean('force') ?? false;
    query.done();
    await this.client.call(DeletePermission, { ...inRealm(caller), clientId, name, force }, context);
  }

  /** A dry run of the token endpoint. It tells what somebody may do, so it is for those who may see that. */
  @Post('evaluate')
  @HttpCode(200)
  @RequirePermissions('view_roles', 'manage_roles')
  async evaluate(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Body(new JsonBodyPipe(EvaluateDto, { optional: true })) body: EvaluateDto,
  ) {
    const { realmId, client } = await this.known(caller, id, context);
    const userId = body.user_id ?? null;
    if (userId !== null) await this.client.call(ReadUser, { realmId, id: userId }, context);
    const { resource } = body;
    const preview = await this.client.call(
      PreviewToken,
      {
        ...{ realmId, realmName: targetOf(caller).name, clientId: client.id, clientIdentifier: client.clientId },
        scope: body.scope ?? null,
        resources: typeof resource === 'string' ? [resource] : (resource ?? []),
        userId,
      },
      context,
    );
    return { data: tokenPreviewView(preview) };
  }

  /** @throws AppError `not_found` for no such client. */
  private async known(caller: Access, id: string, context: CallContext) {
    const realmId = targetOf(caller).id;
    const { clientId } = await this.client.call(ReadClient, { realmId, id }, context);
    return { realmId, client: { id, clientId } };
  }
}
