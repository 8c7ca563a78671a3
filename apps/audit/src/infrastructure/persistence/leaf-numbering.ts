import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { LogEntry } from '../../domain/log-entry.js';
import type { RealmScopeId } from '../../domain/realm-scope.js';

/** What the log keeps beside an entry so that its place can be proven. */
export interface Leaf {
  readonly index: string | null;
  readonly hash: Buffer | null;
  readonly personalHash: Buffer | null;
  readonly personalSalt: Buffer | null;
}

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
  /** Places entries, none of which the log holds, by their ids. */
  abstract number(manager: EntityManager, realms: readonly RealmEntries[]): Promise<ReadonlyMap<string, Leaf>>;
}

/** Keeps writers of one realm apart, and gives no places. */
@Injectable()
export class LockOnly extends LeafNumbering {
  async lock(manager: EntityManager, realmIds: readonly RealmScopeId[]): Promise<void> {
    await manager.query(
      `SELECT pg_advisory_xact_lock(hashtextextended(realm_id, 0))
         FROM (SELECT realm_id FROM unnest($1::text[]) AS realm_id ORDER BY realm_id OFFSET 0) AS ordered`,
      [realmIds],
    );
  }

  number(): Promise<ReadonlyMap<string, Leaf>> {
    return Promise.resolve(new Map());
  }
}
