import type { EntityManager } from 'typeorm';
import type { LogEntry } from '../../domain/log-entry.js';
import type { RealmScopeId } from '../../domain/realm-scope.js';

/** New entries of one realm, in the order in which they enter the log. */
export interface RealmEntries {
  readonly realmId: RealmScopeId;
  readonly entries: readonly LogEntry[];
}

/**
 * Gives new entries their places. Both steps run in the transaction that stores the entries. Also the dependency-injection
 * token.
 */
export abstract class LeafNumbering {
  /**
   * Before anything is looked up: from here until the transaction ends, nobody else adds to these realms.
   *
   * @param realmIds sorted, so that two transactions cannot wait for each other in a circle.
   */
  abstract lock(manager: EntityManager, realmIds: readonly RealmScopeId[]): Promise<void>;
  /** Places entries, none of which the log holds: the indexes of their leaves by their ids. */
  abstract number(manager: EntityManager, realms: readonly RealmEntries[]): Promise<ReadonlyMap<string, number>>;
}
