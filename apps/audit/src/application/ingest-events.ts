import { Injectable } from '@nestjs/common';
import { setImmediate } from 'node:timers/promises';
import { AuditLog, UnstorableEntryError, type AppendResult } from '../domain/audit-log.js';
import { IngestObserver } from '../domain/ingest-observer.js';
import { wholeEvent } from '../domain/event-text.js';
import {
  entryOfOthers,
  setAside,
  type LogEntry,
  type SearchableEvent,
  type SetAsidePayload,
} from '../domain/log-entry.js';

/** Events that are made ready at a stretch: about half a millisecond. */
const SLICE = 32;

/** A batch as the bus delivers it: events that keep the contract, and payloads that do not. */
export interface IngestBatch {
  /** Taken off as they are made ready: what is kept for long is copied by the garbage collector. */
  readonly events: SearchableEvent[];
  readonly poison: readonly { readonly payload: string; readonly error: string }[];
}

/**
 * The one way into the log. Everything of a batch is stored when this resolves, in the log or aside; delivered again it
 * changes nothing. It rejects only when the storage is away: what strangers put into an event must never stop the log.
 */
@Injectable()
export class IngestEvents {
  /** Settles when every batch before has been stored, or could not be. */
  private turn: Promise<void> = Promise.resolve();
  private underway = 0;

  constructor(
    private readonly log: AuditLog,
    private readonly observer: IngestObserver,
  ) {}

  /** Batches may overlap: one is made ready while the storage has another. They are stored one by one, in the order of the calls. */
  async execute(batch: IngestBatch): Promise<void> {
    const before = this.turn;
    let done = (): void => {};
    this.turn = new Promise((resolve) => (done = resolve));
    this.underway += 1;
    try {
      const { entries, aside } = await this.prepare(batch);
      await before;
      await this.append(entries, aside);
    } finally {
      this.underway -= 1;
      done();
    }
  }

  private async prepare({ events, poison }: IngestBatch): Promise<{ entries: LogEntry[]; aside: SetAsidePayload[] }> {
    const entries: LogEntry[] = [];
    const aside = poison.map(({ payload, error }) => setAside(payload, error));
    while (events.length > 0) {
      for (const event of events.splice(0, SLICE)) {
        const entry = entryOfOthers(event);
        if (typeof entry === 'string') aside.push(setAside(JSON.stringify(event), entry));
        else entries.push(entry);
      }
      // The storage's answers about the batch before are not kept waiting: it would idle.
      if (this.underway > 1) await setImmediate();
    }
    return { entries, aside };
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
