import {
  EnsureAdministrator,
  EnsureServiceAccount,
  EnsureServiceAccounts,
  NameRealmOfUsers,
  RemoveRealmUsers,
  RemoveServiceAccount,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { EnsureAdministrator as EnsureAdministratorUseCase } from '../application/ensure-administrator.js';
import { EnsureServiceAccount as EnsureServiceAccountUseCase } from '../application/ensure-service-account.js';
import { EnsureServiceAccounts as EnsureServiceAccountsUseCase } from '../application/ensure-service-accounts.js';
import { NameRealm as NameRealmUseCase } from '../application/name-realm.js';
import { RemoveRealmUsers as RemoveRealmUsersUseCase } from '../application/remove-realm-users.js';
import { RemoveServiceAccount as RemoveServiceAccountUseCase } from '../application/remove-service-account.js';

/** Follows the life of realms and clients. */
@Controller()
export class ProvisioningController {
  constructor(
    private readonly ensureServiceAccount: EnsureServiceAccountUseCase,
    private readonly ensureServiceAccounts: EnsureServiceAccountsUseCase,
    private readonly removeServiceAccount: RemoveServiceAccountUseCase,
    private readonly ensureAdministrator: EnsureAdministratorUseCase,
    private readonly removeRealmUsers: RemoveRealmUsersUseCase,
    private readonly nameRealm: NameRealmUseCase,
  ) {}

  @Handles(EnsureServiceAccount)
  ensureAccount(
    @Payload() request: RequestOf<typeof EnsureServiceAccount>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof EnsureServiceAccount>> {
    return this.ensureServiceAccount.execute(request, context);
  }

  @Handles(EnsureServiceAccounts)
  ensureAccounts(
    @Payload() request: RequestOf<typeof EnsureServiceAccounts>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof EnsureServiceAccounts>> {
    return this.ensureServiceAccounts.execute(request, context);
  }

  @Handles(RemoveServiceAccount)
  async removeAccount(
    @Payload() request: RequestOf<typeof RemoveServiceAccount>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof RemoveServiceAccount>> {
    await this.removeServiceAccount.execute(request, context);
    return {};
  }

  @Handles(EnsureAdministrator)
  administrator(
    @Payload() request: RequestOf<typeof EnsureAdministrator>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof EnsureAdministrator>> {
    return this.ensureAdministrator.execute(request, context);
  }

  @Handles(NameRealmOfUsers)
  async name(@Payload() request: RequestOf<typeof NameRealmOfUsers>): Promise<ReplyOf<typeof NameRealmOfUsers>> {
    await this.nameRealm.execute(request);
    return {};
  }

  @Handles(RemoveRealmUsers)
  async removeRealm(@Payload() request: RequestOf<typeof RemoveRealmUsers>): Promise<ReplyOf<typeof RemoveRealmUsers>> {
    await this.removeRealmUsers.execute(request);
    return {};
  }
}
