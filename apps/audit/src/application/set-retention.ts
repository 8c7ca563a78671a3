import { auditActor, newAuditEvent } from '#audit-trail';
import type { RequestOf, SetAuditRetention } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { entryOfOwn } from '../domain/log-entry.js';
import { RetentionStore } from '../domain/retention-store.js';
import { latest, retentionState, type RetentionState } from './read-retention.js';

/**
 * Decides how long a realm's events are kept from the next UTC day on. What is recorded keeps its class: nobody can shorten the
 * life of an event that is there.
 */
@Injectable()
export class SetRetention {
  constructor(
    private readonly store: RetentionStore,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `precondition_failed`. */
  execute(request: RequestOf<typeof SetAuditRetention>, context: CallContext): Promise<RetentionState> {
    const { realm, realmId, actor, retention, ifVersion } = request;
    return this.store.change(realmId, async (change) => {
      const before = await change.policies();
      if (ifVersion !== null && ifVersion !== before.length) {
        throw new AppError('precondition_failed', {
          detail: 'It was changed since it was read.',
          reason: 'version_differs',
        });
      }
      const now = this.clock.now();
      if (latest(before) === retention) return retentionState(before, now);
      const decided = await change.decide(retention);
      const event = newAuditEvent(
        {
          type: 'audit.retention_changed',
          realm,
          realmId,
          actor: auditActor(actor),
          target: { kind: 'realm', id: realmId },
          peer: actor.peer,
          details: {
            changes: { retention: { before: latest(before), after: retention } },
            effective_from: decided.effectiveFrom,
          },
        },
        context,
        now,
      );
      await change.record(entryOfOwn(event));
      return retentionState([...before, decided], now);
    });
  }
}
