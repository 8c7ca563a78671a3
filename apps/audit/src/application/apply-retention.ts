import { newAuditEvent } from '#audit-trail';
import { Clock } from '#host';
import { newCallContext, type CallContext } from '#messaging';
import { Logger } from '#observability';
import { Injectable } from '@nestjs/common';
import { entryOfOwn, type LogEntry } from '../domain/log-entry.js';
import { NO_KNOWN_REALM } from '../domain/realm-scope.js';
import { RetentionStore, type DroppedPart } from '../domain/retention-store.js';

/** Events are made, not sent: the context only names the run. */
const RUN_MS = 60_000;

/**
 * Prepares partitions and drops those whose time is over. Every step is a transaction of its own that leaves the log in order:
 * cut off anywhere, the next run goes on.
 */
@Injectable()
export class ApplyRetention {
  constructor(
    private readonly store: RetentionStore,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** @returns how many partitions were dropped. */
  async execute(): Promise<number> {
    await this.store.prepare();
    const context = newCallContext({ deadlineMs: RUN_MS });
    let dropped = 0;
    for (const partition of await this.store.retire()) {
      const parts = await this.store.drop(partition, (found) =>
        found.map((part) => this.tell(part, partition, context)),
      );
      const events = parts.reduce((sum, part) => sum + part.events, 0);
      this.logger.info({ partition, events, realms: parts.length }, 'events whose time was over were dropped');
      dropped += 1;
    }
    return dropped;
  }

  private tell(part: DroppedPart, partition: string, context: CallContext): LogEntry {
    const realmId = part.realmId === NO_KNOWN_REALM ? null : part.realmId;
    const event = newAuditEvent(
      {
        type: 'audit.retention_applied',
        realm: part.realm,
        realmId,
        actor: { kind: 'system', id: null, client_id: null },
        target: { kind: 'realm', id: part.realmId },
        details: {
          retention: part.retention,
          events: part.events,
          first_at: part.firstAt.toISOString(),
          last_at: part.lastAt.toISOString(),
          leaves: part.leaves.map(([first, last]): [number, number] => [first, last]),
          partition,
        },
      },
      context,
      this.clock.now(),
    );
    return entryOfOwn(event);
  }
}
