import type { Static, TSchema } from '@sinclair/typebox';
import type { ServiceName } from './service-names.js';

/**
 * A request/reply contract. The subject is `<service>.<noun>.<verb>.v<major>`; its first word names the service that
 * answers, which is also its queue group.
 */
export interface CallContract<Request extends TSchema = TSchema, Reply extends TSchema = TSchema> {
  readonly kind: 'call';
  readonly subject: string;
  readonly service: ServiceName;
  /** Who may call it; everybody else is refused by the bus itself (NATS permissions are generated from this). */
  readonly callers: readonly ServiceName[];
  readonly request: Request;
  readonly reply: Reply;
  /** The longest a caller waits, in milliseconds, when its own deadline is not nearer. */
  readonly deadlineMs: number;
  /**
   * Whether this request may travel in one message with others of the same turn of the caller's event loop. Slow ones (a
   * password to hash) go alone.
   */
  ridesInGroup(request: Static<Request>): boolean;
}

/**
 * A durable event: `publish` resolves only when the event cannot be lost any more (acknowledged by JetStream, or committed
 * by the consumer in the in-process shape). One service consumes it, in batches, at least once; `id` de-duplicates.
 */
export interface DurableEventContract<Event extends TSchema = TSchema> {
  readonly kind: 'durable';
  readonly subject: string;
  /** JetStream stream (and durable consumer) name. */
  readonly stream: string;
  readonly service: ServiceName;
  readonly publishers: readonly ServiceName[];
  readonly event: Event;
  readonly deadlineMs: number;
}

/** The request type of a call contract. */
export type RequestOf<C extends CallContract> = Static<C['request']>;
/** The reply type of a call contract. */
export type ReplyOf<C extends CallContract> = Static<C['reply']>;
/** The event type of a durable contract. */
export type EventOf<C extends DurableEventContract> = Static<C['event']>;

/** Declares a call contract; the answering service is the first word of the subject. */
export function defineCall<Request extends TSchema, Reply extends TSchema>(options: {
  subject: `${ServiceName}.${string}.${string}.v${number}`;
  callers: readonly ServiceName[];
  request: Request;
  reply: Reply;
  deadlineMs?: number;
  grouped?: boolean | ((request: Static<Request>) => boolean);
}): CallContract<Request, Reply> {
  const grouped = options.grouped ?? false;
  return {
    kind: 'call',
    subject: options.subject,
    service: options.subject.split('.')[0] as ServiceName,
    callers: options.callers,
    request: options.request,
    reply: options.reply,
    deadlineMs: options.deadlineMs ?? 5_000,
    ridesInGroup: typeof grouped === 'function' ? grouped : () => grouped,
  };
}

/** Declares a durable event contract; the consuming service is the first word of the subject. */
export function defineDurableEvent<Event extends TSchema>(options: {
  subject: `${ServiceName}.${string}.${string}.v${number}`;
  stream: string;
  publishers: readonly ServiceName[];
  event: Event;
  deadlineMs?: number;
}): DurableEventContract<Event> {
  return {
    kind: 'durable',
    subject: options.subject,
    stream: options.stream,
    service: options.subject.split('.')[0] as ServiceName,
    publishers: options.publishers,
    event: options.event,
    deadlineMs: options.deadlineMs ?? 4_000,
  };
}

/**
 * A snapshot: a small read model that the owning service publishes into the shared cache with a version, and that the hot
 * path validates there on every use (guarantee G2). `load` is the owner's authoritative answer.
 */
export interface SnapshotContract<Value extends TSchema = TSchema> {
  readonly kind: 'snapshot';
  /** `<service>.<noun>`, the middle of the cache key `chancery:snap:<name>:<key>`. */
  readonly name: string;
  readonly service: ServiceName;
  readonly value: Value;
  /** Grouped call to the owner: the keys asked for, answered one to one. */
  readonly load: CallContract;
  /** How long a published snapshot lives without being published again, in seconds. */
  readonly ttlSeconds: number;
}

/** The value type of a snapshot; absence (`null`) is a snapshot too, with a version. */
export type SnapshotOf<S extends SnapshotContract> = Static<S['value']>;
