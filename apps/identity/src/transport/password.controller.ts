import { ResetPassword, VerifyPassword, type ReplyOf, type RequestOf } from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ResetPassword as ResetPasswordUseCase } from '../application/reset-password.js';
import { VerifyPassword as VerifyPasswordUseCase } from '../application/verify-password.js';

/** Checks and sets passwords. */
@Controller()
export class PasswordController {
  constructor(
    private readonly verifyPassword: VerifyPasswordUseCase,
    private readonly resetPassword: ResetPasswordUseCase,
  ) {}

  @Handles(VerifyPassword)
  verify(
    @Payload() request: RequestOf<typeof VerifyPassword>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof VerifyPassword>> {
    return this.verifyPassword.execute(request, context);
  }

  @Handles(ResetPassword)
  async reset(
    @Payload() request: RequestOf<typeof ResetPassword>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof ResetPassword>> {
    await this.resetPassword.execute(request, context);
    return {};
  }
}
