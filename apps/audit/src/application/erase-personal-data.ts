import { auditActor, newAuditEvent } from '#audit-trail';
import type { EraseAuditPersonalData, ReplyOf, RequestOf } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable, Optional } from '@nestjs/common';
import { ErasureStore, type ErasedPortion } from '../domain/erasure-store.js';
import { entryOfOwn, type LogEntry } from '../domain/log-entry.js';

/** Events of one transaction: so many rows are locked and rewritten at once. */
export const PORTION = 5_000;

/** How long one call works, in milliseconds: well below what its caller waits. */
export const BUDGET_MS = 10_000;

/**
 * Erases what is personal in the events about somebody, portion by portion. Each portion enters the log with what tells of it, the
 * first one that may not be the last also with the promise to go on: cut off anywhere, everything erased is accounted for, and
 * everything demanded is done.
 */
@Injectable()
export class ErasePersonalData {
  constructor(
    private readonly store: ErasureStore,
    private readonly clock: Clock,
    @Optional() private readonly budgetMs: number = BUDGET_MS,
  ) {}

  /** @throws AppError `not_found` when the log holds nothing about the subject and never had anything erased. */
  async execute(
    request: RequestOf<typeof EraseAuditPersonalData>,
    context: CallContext,
  ): Promise<ReplyOf<typeof EraseAuditPersonalData>> {
    const { realmId, subjectId } = request;
    const started = performance.now();
    let erased = 0;
    let after: string | null = null;
    let finished = false;
    while (!finished && performance.now() - started < this.budgetMs) {
      const portion: ErasedPortion | null = await this.store.erase(
        { realmId, subjectId, most: PORTION, after },
        (found) => this.tell(request, found, context),
        erased === 0 ? request : null,
      );
      erased += portion?.events ?? 0;
      after = portion?.lastEvent ?? null;
      finished = portion === null || portion.events < PORTION;
    }
    // A mistyped id must not look like a demand that was met.
    if (erased === 0 && !(await this.store.wasErased(realmId, subjectId))) {
      throw new AppError('not_found', { detail: 'The log of the realm tells nothing of that id.' });
    }
    return { erased, finished };
  }

  private tell(
    request: RequestOf<typeof EraseAuditPersonalData>,
    portion: ErasedPortion,
    context: CallContext,
  ): LogEntry {
    const { actor, realm, realmId, subjectId, reason } = request;
    const event = newAuditEvent(
      {
        type: 'audit.personal_data_erased',
        realm,
        realmId,
        actor: auditActor(actor),
        subjectId,
        target: { kind: 'realm', id: realmId },
        // Who has their own data erased leaves none behind by it.
        peer: actor.id === subjectId ? null : actor.peer,
        details: {
          reason,
          events: portion.events,
          first_event: portion.firstEvent,
          last_event: portion.lastEvent,
        },
      },
      context,
      this.clock.now(),
    );
    return entryOfOwn(event);
  }
}
