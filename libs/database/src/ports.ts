import type { CallContract, DurableEventContract, EventOf, RequestOf, ServiceName } from '#contracts';
import type { CallContext } from '#messaging';
import type { EntityManager, MigrationInterface, ObjectType } from 'typeorm';

/** What a service tells of its part of the database. */
export interface DatabaseDescription {
  /** The schema, named like the service. Every table, sequence and index is qualified with it. */
  readonly schema: ServiceName;
  readonly entities: readonly ObjectType<object>[];
  /** Explicit and in order of time. */
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** False for a service that sends nothing after its transactions and so has no outbox table. Default true. */
  readonly outbox?: boolean;
}

/**
 * Messages that must leave once a transaction has committed: written in the same transaction to `<schema>.outbox`, sent
 * after it, tried again until they are gone (also by another replica, and after a crash). Delivery is at least once.
 * Also the dependency-injection token.
 */
export abstract class Outbox {
  /** Adds a durable event (an audit record) to the transaction. */
  abstract record<E extends DurableEventContract>(
    manager: EntityManager,
    contract: E,
    event: EventOf<E>,
  ): Promise<void>;
  /** Adds many durable events to the transaction, in this order. */
  async recordAll<E extends DurableEventContract>(
    manager: EntityManager,
    contract: E,
    events: readonly EventOf<E>[],
  ): Promise<void> {
    for (const event of events) await this.record(manager, contract, event);
  }
  /** Adds an idempotent call to another service (clean-up after a deletion) to the transaction. */
  abstract call<C extends CallContract>(manager: EntityManager, contract: C, request: RequestOf<C>): Promise<void>;
  /**
   * Sends what has been committed; call it after the transaction. Several leave side by side and one that fails comes later, so
   * calls may overtake each other: what depends on an order must not go through here. Resolves when the outbox is empty or
   * the context's deadline is near; what could not be sent is tried again in the background, so this never throws.
   */
  abstract flush(context: CallContext): Promise<void>;
}
