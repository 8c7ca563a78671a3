import type { AuditEvent } from '#contracts';
import type { RealmScopeId } from '../realm-scope.js';

/** An event at its place in its realm's log. */
export interface FedEvent {
  readonly index: number;
  readonly event: AuditEvent;
}

/**
 * The log in the order in which it grew. An event's index in its realm is given under a lock that is held until the event is
 * committed, without gaps: who has read up to an index has missed nothing before it. Also the dependency-injection token.
 */
export abstract class LogFeed {
  /** How many events each realm's log has had; all realms, or those asked for. */
  abstract sizes(realmIds?: readonly RealmScopeId[]): Promise<ReadonlyMap<RealmScopeId, number>>;
  /** Events of a realm from an index on, in order; those that retention has dropped are not among them. */
  abstract read(realmId: RealmScopeId, from: number, limit: number): Promise<readonly FedEvent[]>;
  /** Events by id; those that retention has dropped are not among them. */
  abstract find(realmIds: readonly RealmScopeId[], ids: readonly string[]): Promise<ReadonlyMap<string, AuditEvent>>;
}
