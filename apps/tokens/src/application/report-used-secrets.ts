import { MAX_SECRET_USES, TouchClientSecrets } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { UsedSecrets, type SecretUse } from '../domain/used-secrets.js';

/** Tells the registry which secrets were used since the last report. */
@Injectable()
export class ReportUsedSecrets {
  constructor(
    private readonly used: UsedSecrets,
    private readonly messages: MessageClient,
  ) {}

  /** What cannot be reported waits for the next time. @throws AppError of the call that failed. */
  async execute(context: CallContext): Promise<void> {
    const uses = this.used.take();
    let reported = 0;
    try {
      for (; reported < uses.length; reported += MAX_SECRET_USES) {
        await this.report(uses.slice(reported, reported + MAX_SECRET_USES), context);
      }
    } finally {
      this.used.putBack(uses.slice(reported));
    }
  }

  private async report(uses: readonly SecretUse[], context: CallContext): Promise<void> {
    const { busy } = await this.messages.call(
      TouchClientSecrets,
      {
        uses: uses.map(({ realmId, secretId, minuteMs }) => ({
          realmId,
          secretId,
          usedAt: new Date(minuteMs).toISOString(),
        })),
      },
      context,
    );
    if (busy.length > 0) this.used.putBack(uses.filter(({ secretId }) => busy.includes(secretId)));
  }
}
