import {
  CreatePermission,
  CreateRole,
  DeletePermission,
  DeleteRole,
  ReadRole,
  UpdatePermission,
  UpdateRole,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { CreatePermission as CreatePermissionUseCase } from '../application/create-permission.js';
import { CreateRole as CreateRoleUseCase } from '../application/create-role.js';
import { DeletePermission as DeletePermissionUseCase } from '../application/delete-permission.js';
import { DeleteRole as DeleteRoleUseCase } from '../application/delete-role.js';
import { ReadRole as ReadRoleUseCase } from '../application/read-role.js';
import { UpdatePermission as UpdatePermissionUseCase } from '../application/update-permission.js';
import { UpdateRole as UpdateRoleUseCase } from '../application/update-role.js';
import { roleReply } from '../application/role-reply.js';

/** Administers roles and the permissions they are made of. */
@Controller()
export class RoleController {
  constructor(
    private readonly createPermission: CreatePermissionUseCase,
    private readonly updatePermission: UpdatePermissionUseCase,
    private readonly deletePermission: DeletePermissionUseCase,
    private readonly createRole: CreateRoleUseCase,
    private readonly readRole: ReadRoleUseCase,
    private readonly updateRole: UpdateRoleUseCase,
    private readonly deleteRole: DeleteRoleUseCase,
  ) {}

  @Handles(CreatePermission)
  permissionCreate(
    @Payload() request: RequestOf<typeof CreatePermission>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof CreatePermission>> {
    return this.createPermission.execute(request, context);
  }

  @Handles(UpdatePermission)
  permissionUpdate(
    @Payload() request: RequestOf<typeof UpdatePermission>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof UpdatePermission>> {
    return this.updatePermission.execute(request, context);
  }

  @Handles(DeletePermission)
  async permissionDelete(
    @Payload() request: RequestOf<typeof DeletePermission>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof DeletePermission>> {
    await this.deletePermission.execute(request, context);
    return {};
  }

  @Handles(CreateRole)
  create(
    @Payload() request: RequestOf<typeof CreateRole>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof CreateRole>> {
    return this.createRole.execute(request, context);
  }

  @Handles(ReadRole)
  async read(@Payload() request: RequestOf<typeof ReadRole>): Promise<ReplyOf<typeof ReadRole>> {
    return roleReply(await this.readRole.execute(request));
  }

  @Handles(UpdateRole)
  async update(
    @Payload() request: RequestOf<typeof UpdateRole>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof UpdateRole>> {
    return roleReply(await this.updateRole.execute(request, context));
  }

  @Handles(DeleteRole)
  async delete(
    @Payload() request: RequestOf<typeof DeleteRole>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof DeleteRole>> {
    await this.deleteRole.execute(request, context);
    return {};
  }
}
