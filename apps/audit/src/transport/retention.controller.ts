import { ReadAuditRetention, SetAuditRetention, type ReplyOf, type RequestOf } from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ReadRetention } from '../application/read-retention.js';
import { SetRetention } from '../application/set-retention.js';

/** How long a realm's events are kept. */
@Controller()
export class RetentionController {
  constructor(
    private readonly readRetention: ReadRetention,
    private readonly setRetention: SetRetention,
  ) {}

  @Handles(ReadAuditRetention)
  read(@Payload() request: RequestOf<typeof ReadAuditRetention>): Promise<ReplyOf<typeof ReadAuditRetention>> {
    return this.readRetention.execute(request);
  }

  @Handles(SetAuditRetention)
  set(
    @Payload() request: RequestOf<typeof SetAuditRetention>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof SetAuditRetention>> {
    return this.setRetention.execute(request, context);
  }
}
