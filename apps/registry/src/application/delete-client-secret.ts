import type { DeleteClientSecret as DeleteClientSecretCall, RequestOf } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeSecret } from '../domain/secret-policy.js';
import { auditedSecret, AuditEvents } from './audit-events.js';
import { ClientChanger } from './client-changer.js';
import { publishedClient } from './fenced-change.js';

/** Uses are reported at once: how long a report may be on its way, in milliseconds. */
const REPORTS_ARRIVE_MS = 250;

/** Deletes a secret. When it returns no instance takes it any more (G2). */
@Injectable()
export class DeleteClientSecret {
  constructor(
    private readonly changer: ClientChanger,
    private readonly auditEvents: AuditEvents,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found`, `conflict` (used within the last hour and not forced), `unavailable`. */
  async execute(request: RequestOf<typeof DeleteClientSecretCall>, context: CallContext): Promise<void> {
    const { actor, realmId, clientId, secretId, force } = request;
    const now = this.clock.now();
    await this.changer.withSeen(realmId, clientId, async (seen) => {
      if (!force) {
        // What is refused as it is needs no waiting; of a use just before this call the report may not have come yet.
        removeSecret(seen.client, secretId, force, now);
        await sleep(REPORTS_ARRIVE_MS);
      }
      await this.changer.run(seen, [], context, async (transaction, before) => {
        const { after, removed } = removeSecret(before, secretId, force, now);
        const { client } = await transaction.updateClient(before, after);
        const details = { secret: auditedSecret(removed), forced: force };
        const cause = { actor, context };
        await transaction.record(this.auditEvents.client('client.secret_deleted', seen.realm, client, details, cause));
        return { result: undefined, snapshots: [publishedClient(client)] };
      });
    });
  }
}
