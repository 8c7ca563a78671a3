import { ListPermissions, ListRoles, ReadPermission, type ReplyOf, type RequestOf } from '#contracts';
import { Handles } from '#messaging';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { ListPermissions as ListPermissionsUseCase } from '../application/list-permissions.js';
import { ReadPermission as ReadPermissionUseCase } from '../application/read-permission.js';
import { ListRoles as ListRolesUseCase } from '../application/list-roles.js';
import { roleReply } from '../application/role-reply.js';

/** Answers which roles and permissions a realm has. */
@Controller()
export class CatalogueController {
  constructor(
    private readonly listRoles: ListRolesUseCase,
    private readonly listPermissions: ListPermissionsUseCase,
    private readonly readPermission: ReadPermissionUseCase,
  ) {}

  @Handles(ListRoles)
  async roles(@Payload() request: RequestOf<typeof ListRoles>): Promise<ReplyOf<typeof ListRoles>> {
    const { roles, nextCursor, total } = await this.listRoles.execute(request);
    return { items: roles.map(roleReply), nextCursor, total };
  }

  @Handles(ReadPermission)
  permission(@Payload() request: RequestOf<typeof ReadPermission>): Promise<ReplyOf<typeof ReadPermission>> {
    return this.readPermission.execute(request);
  }

  @Handles(ListPermissions)
  async permissions(@Payload() request: RequestOf<typeof ListPermissions>): Promise<ReplyOf<typeof ListPermissions>> {
    return { items: [...(await this.listPermissions.execute(request))] };
  }
}
