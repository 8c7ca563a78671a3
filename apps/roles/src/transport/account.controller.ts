import { GuardAccount, RemoveSubjectRoles, WithdrawAdministrator, type ReplyOf, type RequestOf } from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { GuardAccount as GuardAccountUseCase } from '../application/guard-account.js';
import { RemoveSubjectRoles as RemoveSubjectRolesUseCase } from '../application/remove-subject-roles.js';
import { WithdrawAdministrator as WithdrawAdministratorUseCase } from '../application/withdraw-administrator.js';

/** Answers those who change accounts. */
@Controller()
export class AccountController {
  constructor(
    private readonly guardAccount: GuardAccountUseCase,
    private readonly withdrawAdministrator: WithdrawAdministratorUseCase,
    private readonly removeSubjectRoles: RemoveSubjectRolesUseCase,
  ) {}

  @Handles(GuardAccount)
  async guard(@Payload() request: RequestOf<typeof GuardAccount>): Promise<ReplyOf<typeof GuardAccount>> {
    await this.guardAccount.execute(request);
    return {};
  }

  @Handles(WithdrawAdministrator)
  async withdraw(
    @Payload() request: RequestOf<typeof WithdrawAdministrator>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof WithdrawAdministrator>> {
    await this.withdrawAdministrator.execute(request, context);
    return {};
  }

  @Handles(RemoveSubjectRoles)
  async remove(
    @Payload() request: RequestOf<typeof RemoveSubjectRoles>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof RemoveSubjectRoles>> {
    await this.removeSubjectRoles.execute(request, context);
    return {};
  }
}
