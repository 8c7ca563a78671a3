import {
  ChangeAssignments,
  CreateRole,
  DeleteRole,
  ListRoleHolders,
  ListRoles,
  PreviewRoleChange,
  ReadRole,
  UpdateRole,
  type RequestOf,
} from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Req, Res } from '@nestjs/common';
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
import { roleHolderView, roleImpactView } from './authority.view.js';
import {
  ChangeAssignmentsDto,
  CreateRoleDto,
  PatchRolePermissionsDto,
  RoleImpactDto,
  UpdateRoleDto,
} from './dto/roles.dto.js';
import { pageBody } from './page.view.js';
import { assignmentChanges, inRealm, newRole, roleChanges, roleQuery } from './role-requests.js';
import { roleView } from './role.view.js';

/** The roles of a realm. By their id also those of its clients are read and changed. */
@Controller('/realms/:realm/roles')
export class RolesController {
  constructor(private readonly client: MessageClient) {}

  @Get()
  @RequirePermissions('view_roles', 'manage_roles')
  async roles(@Caller() caller: Access, @Context() context: CallContext, @Req() request: GatewayRequest) {
    const query = new ListQuery(request.query);
    const asked = roleQuery(query);
    query.done();
    return pageBody(await this.client.call(ListRoles, { realmId: targetOf(caller).id, ...asked }, context), roleView);
  }

  /** Whether the caller may make this role is for the role service to say: nobody makes what they do not hold. */
  @Post()
  @RequirePermissions('manage_roles')
  async create(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Body(new JsonBodyPipe(CreateRoleDto)) body: CreateRoleDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const { replayed, ...role } = await this.client.call(
      CreateRole,
      { ...inRealm(caller), client: null, idempotencyKey: idempotencyKey(request), ...newRole(body) },
      context,
    );
    tellReplayed(reply, replayed);
    reply
      .header('location', `/realms/${targetOf(caller).name}/roles/${role.id}`)
      .header('etag', entityTag(role.version));
    return { data: roleView(role) };
  }

  @Get(':id')
  @RequirePermissions('view_roles', 'manage_roles')
  async read(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const role = await this.client.call(ReadRole, { realmId: targetOf(caller).id, id }, context);
    return answerWithTag(request, reply, entityTag(role.version), { data: roleView(role) });
  }

  @Put(':id')
  @RequirePermissions('manage_roles')
  async update(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Body(new JsonBodyPipe(UpdateRoleDto)) body: UpdateRoleDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    return this.change(
      { ...(await this.addressed(caller, id, request, context)), changes: roleChanges(body) },
      context,
      reply,
    );
  }

  @Patch(':id/permissions')
  @RequirePermissions('manage_roles')
  async patchPermissions(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Body(new JsonBodyPipe(PatchRolePermissionsDto, { mergePatch: true })) body: PatchRolePermissionsDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    return this.change(
      { ...(await this.addressed(caller, id, request, context)), changes: roleChanges(body) },
      context,
      reply,
    );
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermissions('manage_roles')
  async delete(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Req() request: GatewayRequest,
  ) {
    await this.client.call(DeleteRole, await this.addressed(caller, id, request, context), context);
  }

  /** Reads only: a POST because what is proposed is a body. */
  @Post(':id/impact')
  @HttpCode(200)
  @RequirePermissions('view_roles', 'manage_roles')
  async impact(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) roleId: string,
    @Body(new JsonBodyPipe(RoleImpactDto)) body: RoleImpactDto,
    @Req() request: GatewayRequest,
  ) {
    const query = new ListQuery(request.query);
    const page = query.page();
    query.done();
    const { permissions } = body;
    return roleImpactView(
      await this.client.call(PreviewRoleChange, { realmId: targetOf(caller).id, roleId, permissions, page }, context),
    );
  }

  @Get(':id/subjects')
  @RequirePermissions('view_roles', 'manage_roles')
  async subjects(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) roleId: string,
    @Req() request: GatewayRequest,
  ) {
    const query = new ListQuery(request.query);
    const page = query.page();
    query.done();
    return pageBody(
      await this.client.call(ListRoleHolders, { realmId: targetOf(caller).id, roleId, page }, context),
      roleHolderView,
    );
  }

  /** Gives the role to many and takes it from many, all or none. */
  @Patch(':id/subjects')
  @HttpCode(204)
  @RequirePermissions('manage_roles')
  async changeSubjects(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) roleId: string,
    @Body(new JsonBodyPipe(ChangeAssignmentsDto, { mergePatch: true })) body: ChangeAssignmentsDto,
  ) {
    await this.client.call(ReadRole, { realmId: targetOf(caller).id, id: roleId }, context);
    const changes = assignmentChanges(body, (subjectId) => ({ subjectId, roleId }));
    await this.client.call(ChangeAssignments, { ...inRealm(caller), ...changes }, context);
  }

  private async change(request: RequestOf<typeof UpdateRole>, context: CallContext, reply: GatewayReply) {
    const role = await this.client.call(UpdateRole, request, context);
    reply.header('etag', entityTag(role.version));
    return { data: roleView(role) };
  }

  private async addressed(caller: Access, id: string, request: GatewayRequest, context: CallContext) {
    const { realmId } = inRealm(caller);
    const ifVersion = await ifMatchVersion(
      request,
      async () => (await this.client.call(ReadRole, { realmId, id }, context)).version,
    );
    return { ...inRealm(caller), id, ifVersion };
  }
}
