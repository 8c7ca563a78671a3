import { EraseAuditPersonalData, type ReplyOf, type RequestOf } from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ErasePersonalData } from '../application/erase-personal-data.js';

/** Erasure of personal data on demand. */
@Controller()
export class ErasureController {
  constructor(private readonly erasePersonalData: ErasePersonalData) {}

  @Handles(EraseAuditPersonalData)
  erase(
    @Payload() request: RequestOf<typeof EraseAuditPersonalData>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof EraseAuditPersonalData>> {
    return this.erasePersonalData.execute(request, context);
  }
}
