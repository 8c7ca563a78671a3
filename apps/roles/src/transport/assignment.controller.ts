import {
  AssignRole,
  ChangeAssignments,
  ListSubjectRoles,
  UnassignRole,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { AssignRole as AssignRoleUseCase } from '../application/assign-role.js';
import { ChangeManyAssignments } from '../application/change-many-assignments.js';
import { ListSubjectRoles as ListSubjectRolesUseCase } from '../application/list-subject-roles.js';
import { UnassignRole as UnassignRoleUseCase } from '../application/unassign-role.js';
import { roleReply } from '../application/role-reply.js';

/** Gives and takes roles. */
@Controller()
export class AssignmentController {
  constructor(
    private readonly assignRole: AssignRoleUseCase,
    private readonly unassignRole: UnassignRoleUseCase,
    private readonly changeManyAssignments: ChangeManyAssignments,
    private readonly listSubjectRoles: ListSubjectRolesUseCase,
  ) {}

  @Handles(AssignRole)
  async assign(
    @Payload() request: RequestOf<typeof AssignRole>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof AssignRole>> {
    await this.assignRole.execute(request, context);
    return {};
  }

  @Handles(UnassignRole)
  async unassign(
    @Payload() request: RequestOf<typeof UnassignRole>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof UnassignRole>> {
    await this.unassignRole.execute(request, context);
    return {};
  }

  @Handles(ChangeAssignments)
  async change(
    @Payload() request: RequestOf<typeof ChangeAssignments>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof ChangeAssignments>> {
    await this.changeManyAssignments.execute(request, context);
    return {};
  }

  @Handles(ListSubjectRoles)
  async list(@Payload() request: RequestOf<typeof ListSubjectRoles>): Promise<ReplyOf<typeof ListSubjectRoles>> {
    const roles = await this.listSubjectRoles.execute(request);
    return { items: roles.map(roleReply) };
  }
}
