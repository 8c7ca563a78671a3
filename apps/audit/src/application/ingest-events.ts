import { Injectable } from '@nestjs/common';
import { AuditLog, UnstorableEntryError, type AppendResult } from '../domain/audit-log.js';
import { IngestObserver } from '../domain/ingest-observer.js';
import { wholeEvent } from '../domain/event-text.js';
import {
  setAside,
  toLogEntry,
  type LogEntry,
  type SearchableEvent,
  type SetAsidePayload,
} from '../domain/log-entry.js';

/** A batch as the bus delivers it: events that keep the contract, and payloads that do not. */
export interface IngestBatch {
  readonly events: readonly SearchableEvent[];
  readonly poison: readonly { readonly payload: string; readonly error: string }[];
}

/**
 * The one way into the log. Everything of a batch is stored when this resolves, in the log or aside; delivered again it
 * changes nothing. It rejects only when the storage is away: what strangers put into an event must never stop the log.
 */
@Injectable()
export class IngestEvents {
  constructor(
    private readonly log: AuditLog,
    private readonly observer: IngestObserver,
  ) {}

  async execute(batch: IngestBatch): Promise<void> {
    const entries: LogEntry[] = [];
    const aside = batch.poison.map(({ payload, error }) => setAside(payload, error));
    for (const event of batch.events) {
      const entry = toLogEntry(event);
      if (typeof entry === 'string') aside.push(setAside(JSON.stringify(event), entry));
      else entries.push(entry);
    }
    await this.append(entries, aside);
  }

  private async append(entries: readonly LogEntry[], aside: readonly SetAsidePayload[]): Promise<void> {
    if (entries.length === 0 && aside.length === 0) return;
    let result: AppendResult;
    try {
      result = await this.log.append(entries, aside);
    } catch (thrown: unknown) {
      if (!(thrown instanceof UnstorableEntryError)) throw thrown;
      await this.divide(entries, aside, thrown);
      return;
    }
    const times = entries.map(({ time }) => time.getTime());
    this.observer.stored({ ...result, oldest: times.length === 0 ? null : new Date(Math.min(...times)) });
    for (const { error, digest } of aside) this.observer.setAside(error, digest);
  }

  /** Halves the batch until the entry that the storage refuses stands alone, and sets that one aside. */
  private async divide(
    entries: readonly LogEntry[],
    aside: readonly SetAsidePayload[],
    refusal: UnstorableEntryError,
  ): Promise<void> {
    const [only] = entries;
    if (only === undefined) throw refusal;
    if (entries.length === 1) {
      await this.append([], [...aside, setAside(JSON.stringify(wholeEvent(only)), 'the storage refused it')]);
      return;
    }
    const half = Math.ceil(entries.length / 2);
    await this.append(entries.slice(0, half), aside);
    await this.append(entries.slice(half), []);
  }
}
