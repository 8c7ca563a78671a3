import { AssignRole, ChangeAssignments, ExplainSubject, ListSubjectRoles, ReadUser, UnassignRole } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import { answerWithTag, entityTag } from '../http/conditional.js';
import type { GatewayReply, GatewayRequest } from '../http/gateway-request.js';
import { JsonBodyPipe } from '../http/json-body.pipe.js';
import { askedOf } from '../http/small-list.js';
import { UuidPipe } from '../http/uuid.pipe.js';
import { explainedPermissionView } from './authority.view.js';
import { ChangeAssignmentsDto } from './dto/roles.dto.js';
import { pageBody } from './page.view.js';
import { assignmentChanges, inRealm } from './role-requests.js';
import { roleView } from './role.view.js';
import { HELD_PERMISSION_LIST, HELD_ROLE_LIST } from './small-lists.js';
import { userView } from './user.view.js';

/** The users of a realm (service accounts too) and the roles they hold. */
@Controller('/realms/:realm/users')
export class UsersController {
  constructor(private readonly client: MessageClient) {}

  @Get(':id')
  @RequirePermissions('view_users', 'manage_users')
  async read(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const user = await this.client.call(ReadUser, { realmId: targetOf(caller).id, id }, context);
    return answerWithTag(request, reply, entityTag(user.version), { data: userView(user) });
  }

  @Get(':id/roles')
  @RequirePermissions('view_roles', 'manage_roles')
  async roles(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Req() request: GatewayRequest,
  ) {
    const page = askedOf(HELD_ROLE_LIST, request.query);
    const realmId = targetOf(caller).id;
    await this.client.call(ReadUser, { realmId, id }, context);
    const { items } = await this.client.call(ListSubjectRoles, { realmId, subjectId: id }, context);
    return pageBody(page(items), roleView);
  }

  /** What the user effectively holds, each with the roles that give it. */
  @Get(':id/permissions')
  @RequirePermissions('view_roles', 'manage_roles')
  async permissions(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Req() request: GatewayRequest,
  ) {
    const page = askedOf(HELD_PERMISSION_LIST, request.query);
    const realmId = targetOf(caller).id;
    await this.client.call(ReadUser, { realmId, id }, context);
    const { items } = await this.client.call(ExplainSubject, { realmId, subjectId: id }, context);
    return pageBody(page(items), explainedPermissionView);
  }

  /** Gives and takes several roles, all or none. */
  @Patch(':id/roles')
  @HttpCode(204)
  @RequirePermissions('manage_roles')
  async changeRoles(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Body(new JsonBodyPipe(ChangeAssignmentsDto, { mergePatch: true })) body: ChangeAssignmentsDto,
  ) {
    await this.client.call(ReadUser, { realmId: targetOf(caller).id, id }, context);
    const changes = assignmentChanges(body, (roleId) => ({ subjectId: id, roleId }));
    await this.client.call(ChangeAssignments, { ...inRealm(caller), ...changes }, context);
  }

  /** Whether the caller may give this role is for the role service to say: nobody grants what they do not hold. */
  @Post(':id/roles/:roleId')
  @HttpCode(204)
  @RequirePermissions('manage_roles')
  async assign(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Param('roleId', UuidPipe) roleId: string,
  ) {
    // Only identity knows who exists; a role for nobody would wait for whoever comes.
    await this.client.call(ReadUser, { realmId: targetOf(caller).id, id }, context);
    await this.client.call(AssignRole, { ...inRealm(caller), subjectId: id, roleId }, context);
  }

  @Delete(':id/roles/:roleId')
  @HttpCode(204)
  @RequirePermissions('manage_roles')
  async unassign(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Param('roleId', UuidPipe) roleId: string,
  ) {
    await this.client.call(UnassignRole, { ...inRealm(caller), subjectId: id, roleId }, context);
  }
}
