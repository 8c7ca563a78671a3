import { ListPermissions, ListRoles } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Controller, Get, Req } from '@nestjs/common';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import type { GatewayRequest } from '../http/gateway-request.js';
import { ListQuery } from '../http/list-query.js';
import { pageBody, wholeList } from './page.view.js';
import { permissionView, roleView } from './role.view.js';

/** The realm-wide roles and permissions. */
@Controller('/realms/:realm')
export class RolesController {
  constructor(private readonly client: MessageClient) {}

  @Get('roles')
  @RequirePermissions('view_roles', 'manage_roles')
  async roles(@Caller() caller: Access, @Context() context: CallContext, @Req() request: GatewayRequest) {
    const query = new ListQuery(request.query);
    const page = query.page();
    const search = query.text('search') ?? null;
    query.done();
    return pageBody(
      await this.client.call(ListRoles, { realmId: targetOf(caller).id, page, search }, context),
      roleView,
    );
  }

  /** The catalogue is small and fixed in size: it is always answered whole. */
  @Get('permissions')
  @RequirePermissions('view_roles', 'manage_roles')
  async permissions(@Caller() caller: Access, @Context() context: CallContext) {
    const { items } = await this.client.call(ListPermissions, { realmId: targetOf(caller).id }, context);
    return wholeList(items, permissionView);
  }
}
