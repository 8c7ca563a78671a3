import { requireCatalogued } from '#audit-trail';
import { SnapshotReader, SnapshotWriter, type PublishedSnapshot, type SnapshotTarget } from '#cache';
import type {
  AuditEvent,
  CallContract,
  DurableEventContract,
  EventOf,
  ReplyOf,
  RequestOf,
  SnapshotContract,
  SnapshotOf,
} from '#contracts';
import { Outbox } from '#database';
import { AppError } from '#errors';
import { DurablePublisher, MessageClient } from '#messaging';
import { Logger } from '#observability';
import { IssuanceObserver } from '../domain/issuance-observer.js';

/** Snapshots in a map; reads of one turn of the event loop count as one round trip. */
export class FakeSnapshotReader extends SnapshotReader {
  private readonly values = new Map<string, unknown>();
  private turn: Promise<void> | null = null;
  roundTrips = 0;
  /** `<name>:<key>` of every read. */
  readonly reads: string[] = [];
  failure: AppError | null = null;

  set<S extends SnapshotContract>(contract: S, key: string, value: SnapshotOf<S> | null): void {
    this.values.set(`${contract.name}:${key}`, value);
  }

  override async read<S extends SnapshotContract>(contract: S, key: string): Promise<SnapshotOf<S> | null> {
    const address = `${contract.name}:${key}`;
    this.reads.push(address);
    await this.roundTrip();
    if (this.failure !== null) throw this.failure;
    return (this.values.get(address) ?? null) as SnapshotOf<S> | null;
  }

  private roundTrip(): Promise<void> {
    this.turn ??= new Promise((resolve) => {
      setImmediate(() => {
        this.turn = null;
        this.roundTrips += 1;
        resolve();
      });
    });
    return this.turn;
  }
}

/** Gives what was changed to the readers at once; can be away. */
export class FakeSnapshotWriter extends SnapshotWriter {
  failure: AppError | null = null;

  constructor(private readonly reader: FakeSnapshotReader) {
    super();
  }

  override async change<T>(
    _targets: readonly SnapshotTarget[],
    change: () => Promise<{ readonly result: T; readonly snapshots: readonly PublishedSnapshot[] }>,
  ): Promise<T> {
    if (this.failure !== null) throw this.failure;
    const { result, snapshots } = await change();
    for (const { contract, key, value } of snapshots) this.reader.set(contract, key, value);
    return result;
  }
}

/** Keeps what was made durable, in order; can be away. */
export class FakePublisher extends DurablePublisher {
  readonly events: AuditEvent[] = [];
  failure: AppError | null = null;
  /** Called before an event is durable. */
  onPublish: () => Promise<void> = async () => {};

  override async publish<E extends DurableEventContract>(_contract: E, event: EventOf<E>): Promise<void> {
    await this.onPublish();
    if (this.failure !== null) throw this.failure;
    requireCatalogued(event as AuditEvent);
    this.events.push(event as AuditEvent);
  }
}

/** Answers every call with one function. */
export class FakeMessageClient extends MessageClient {
  readonly calls: { readonly subject: string; readonly request: unknown }[] = [];
  answer: (request: never) => unknown = () => {
    throw new AppError('unavailable');
  };

  override async call<C extends CallContract>(contract: C, request: RequestOf<C>): Promise<ReplyOf<C>> {
    this.calls.push({ subject: contract.subject, request });
    await Promise.resolve();
    return this.answer(request as never) as ReplyOf<C>;
  }
}

/** An outbox that only counts how often it was flushed. */
export class FakeOutbox extends Outbox {
  readonly recorded: AuditEvent[] = [];
  flushes = 0;

  override async record<E extends DurableEventContract>(
    _manager: unknown,
    _contract: E,
    event: EventOf<E>,
  ): Promise<void> {
    this.recorded.push(event as AuditEvent);
    await Promise.resolve();
  }

  override async call(): Promise<void> {}

  override async flush(): Promise<void> {
    this.flushes += 1;
    await Promise.resolve();
  }
}

/** Keeps every line, to look for what must not be there. */
export class RecordingLogger extends Logger {
  readonly lines: unknown[] = [];

  debug(fields: object, message: string): void {
    this.lines.push({ fields, message });
  }
  info(fields: object, message: string): void {
    this.lines.push({ fields, message });
  }
  warn(fields: object, message: string): void {
    this.lines.push({ fields, message });
  }
  error(fields: object, message: string): void {
    this.lines.push({ fields, message });
  }
  child(): Logger {
    return this;
  }
}

/** Counts. */
export class FakeObserver extends IssuanceObserver {
  issuedCount = 0;
  readonly refusals: string[] = [];
  missingRecords = 0;

  readonly sizes: number[] = [];

  issued(): void {
    this.issuedCount += 1;
  }
  sized(bytes: number): void {
    this.sizes.push(bytes);
  }
  refused(code: string): void {
    this.refusals.push(code);
  }
  recordMissing(): void {
    this.missingRecords += 1;
  }
}
