import {
  CheckClientRoles,
  EnsureRoleAssignment,
  NameRealmOfRoles,
  ProvisionRealmRoles,
  RemoveClientRoles,
  RemoveRealmRoles,
  RenameClientRoles,
  RetireClientRoles,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { CheckClientRoles as CheckClientRolesUseCase } from '../application/check-client-roles.js';
import { EnsureRoleAssignment as EnsureRoleAssignmentUseCase } from '../application/ensure-role-assignment.js';
import { NameRealm as NameRealmUseCase } from '../application/name-realm.js';
import { ProvisionRealmRoles as ProvisionRealmRolesUseCase } from '../application/provision-realm-roles.js';
import { RemoveClientRoles as RemoveClientRolesUseCase } from '../application/remove-client-roles.js';
import { RemoveRealmRoles as RemoveRealmRolesUseCase } from '../application/remove-realm-roles.js';
import { RenameClientRoles as RenameClientRolesUseCase } from '../application/rename-client-roles.js';
import { RetireClientRoles as RetireClientRolesUseCase } from '../application/retire-client-roles.js';

/** Follows the life of realms and clients. */
@Controller()
export class ProvisioningController {
  constructor(
    private readonly provisionRealmRoles: ProvisionRealmRolesUseCase,
    private readonly removeRealmRoles: RemoveRealmRolesUseCase,
    private readonly checkClientRoles: CheckClientRolesUseCase,
    private readonly retireClientRoles: RetireClientRolesUseCase,
    private readonly removeClientRoles: RemoveClientRolesUseCase,
    private readonly renameClientRoles: RenameClientRolesUseCase,
    private readonly ensureRoleAssignment: EnsureRoleAssignmentUseCase,
    private readonly nameRealm: NameRealmUseCase,
  ) {}

  @Handles(ProvisionRealmRoles)
  async provision(
    @Payload() request: RequestOf<typeof ProvisionRealmRoles>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof ProvisionRealmRoles>> {
    await this.provisionRealmRoles.execute(request, context);
    return {};
  }

  @Handles(NameRealmOfRoles)
  async name(@Payload() request: RequestOf<typeof NameRealmOfRoles>): Promise<ReplyOf<typeof NameRealmOfRoles>> {
    await this.nameRealm.execute(request);
    return {};
  }

  @Handles(RemoveRealmRoles)
  async removeRealm(@Payload() request: RequestOf<typeof RemoveRealmRoles>): Promise<ReplyOf<typeof RemoveRealmRoles>> {
    await this.removeRealmRoles.execute(request);
    return {};
  }

  @Handles(CheckClientRoles)
  async checkClient(@Payload() request: RequestOf<typeof CheckClientRoles>): Promise<ReplyOf<typeof CheckClientRoles>> {
    await this.checkClientRoles.execute(request);
    return {};
  }

  @Handles(RetireClientRoles)
  async retireClients(
    @Payload() request: RequestOf<typeof RetireClientRoles>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof RetireClientRoles>> {
    await this.retireClientRoles.execute(request, context);
    return {};
  }

  @Handles(RemoveClientRoles)
  async removeClient(
    @Payload() request: RequestOf<typeof RemoveClientRoles>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof RemoveClientRoles>> {
    await this.removeClientRoles.execute(request, context);
    return {};
  }

  @Handles(RenameClientRoles)
  async renameClient(
    @Payload() request: RequestOf<typeof RenameClientRoles>,
  ): Promise<ReplyOf<typeof RenameClientRoles>> {
    await this.renameClientRoles.execute(request);
    return {};
  }

  @Handles(EnsureRoleAssignment)
  async ensure(
    @Payload() request: RequestOf<typeof EnsureRoleAssignment>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof EnsureRoleAssignment>> {
    await this.ensureRoleAssignment.execute(request, context);
    return {};
  }
}
