import { VerifyPassword, type ReplyOf, type RequestOf } from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { VerifyPassword as VerifyPasswordUseCase } from '../application/verify-password.js';

/** Checks passwords. */
@Controller()
export class PasswordController {
  constructor(private readonly verifyPassword: VerifyPasswordUseCase) {}

  @Handles(VerifyPassword)
  verify(
    @Payload() request: RequestOf<typeof VerifyPassword>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof VerifyPassword>> {
    return this.verifyPassword.execute(request, context);
  }
}
