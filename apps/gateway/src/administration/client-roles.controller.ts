import { CreateRole, ListRoles, PreviewToken, ReadClient, ReadUser } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import { entityTag } from '../http/conditional.js';
import type { GatewayReply, GatewayRequest } from '../http/gateway-request.js';
import { idempotencyKey, tellReplayed } from '../http/idempotency.js';
import { JsonBodyPipe } from '../http/json-body.pipe.js';
import { ListQuery } from '../http/list-query.js';
import { UuidPipe } from '../http/uuid.pipe.js';
import { tokenPreviewView } from './authority.view.js';
import { CreateRoleDto, EvaluateDto } from './dto/roles.dto.js';
import { pageBody } from './page.view.js';
import { inRealm, newRole, roleQuery } from './role-requests.js';
import { roleView } from './role.view.js';

/**
 * A client as an API: its own roles, and what its tokens would carry. To change them takes `manage_clients` as
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
    const asked = roleQuery(query);
    query.done();
    const { realmId, client } = await this.known(caller, id, context);
    return pageBody(await this.client.call(ListRoles, { realmId, clientId: client.id, ...asked }, context), roleView);
  }

  @Post('roles')
  @RequirePermissions('manage_roles')
  async createRole(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Body(new JsonBodyPipe(CreateRoleDto)) body: CreateRoleDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const { client } = await this.known(caller, id, context);
    const { replayed, ...role } = await this.client.call(
      CreateRole,
      { ...inRealm(caller), client, idempotencyKey: idempotencyKey(request), ...newRole(body) },
      context,
    );
    tellReplayed(reply, replayed);
    reply
      .header('location', `/realms/${targetOf(caller).name}/roles/${role.id}`)
      .header('etag', entityTag(role.version));
    return { data: roleView(role) };
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
