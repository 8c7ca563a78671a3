import { CreatePermission, DeletePermission, ListPermissions, UpdatePermission } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Req } from '@nestjs/common';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import type { GatewayRequest } from '../http/gateway-request.js';
import { JsonBodyPipe } from '../http/json-body.pipe.js';
import { ListQuery } from '../http/list-query.js';
import { NoQuery } from '../http/no-query.js';
import { CreatePermissionDto, UpdatePermissionDto } from './dto/roles.dto.js';
import { wholeList } from './page.view.js';
import { inRealm, newPermission, permissionChanges } from './role-requests.js';
import { permissionView } from './role.view.js';

/** The catalogue of a realm: the built-in permissions and the realm's own. To change it takes `manage_realm` as well. */
@Controller('/realms/:realm/permissions')
export class PermissionsController {
  constructor(private readonly client: MessageClient) {}

  /** The catalogue is small and fixed in size: it is always answered whole. */
  @Get()
  @RequirePermissions('view_roles', 'manage_roles')
  async permissions(@Caller() caller: Access, @Context() context: CallContext, @NoQuery() _query: null) {
    const { items } = await this.client.call(ListPermissions, { realmId: targetOf(caller).id }, context);
    return wholeList(items, permissionView);
  }

  @Post()
  @RequirePermissions('manage_roles')
  async create(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Body(new JsonBodyPipe(CreatePermissionDto)) body: CreatePermissionDto,
  ) {
    const request = { ...inRealm(caller), client: null, ...newPermission(body) };
    return permissionView(await this.client.call(CreatePermission, request, context));
  }

  @Patch(':name')
  @RequirePermissions('manage_roles')
  async update(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('name') name: string,
    @Body(new JsonBodyPipe(UpdatePermissionDto, { mergePatch: true })) body: UpdatePermissionDto,
  ) {
    const request = { ...inRealm(caller), clientId: null, name, changes: permissionChanges(body) };
    return { data: permissionView(await this.client.call(UpdatePermission, request, context)) };
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
    await this.client.call(DeletePermission, { ...inRealm(caller), clientId: null, name, force }, context);
  }
}
