import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { LogEntry } from '../../domain/log-entry.js';
import { countEntries } from './event-counts.js';
import { readPolicies, readStored } from './event-rows.js';
import { insertEntries } from './insert-entries.js';
import { LeafNumbering } from './leaf-numbering.js';
import { byRealm, inOrder, sortBatch, type SortedBatch } from './sort-batch.js';

/** The one way into `audit.events`, within the transaction of whoever adds. */
@Injectable()
export class EventAppender {
  constructor(private readonly numbering: LeafNumbering) {}

  /**
   * The order of the steps matters: nobody else adds to the realms once they are locked, so what is not in the log then is
   * new, and only what is new is given a place.
   */
  async append(manager: EntityManager, entries: readonly LogEntry[]): Promise<SortedBatch> {
    if (entries.length === 0) return { fresh: [], duplicates: 0, conflicting: [] };
    const ordered = inOrder(entries);
    const realmIds = byRealm(ordered).map(({ realmId }) => realmId);
    await this.numbering.lock(manager, realmIds);
    const policies = await readPolicies(manager, realmIds);
    const batch = sortBatch(ordered, await readStored(manager, ordered, policies));
    const indexes = await this.numbering.number(manager, byRealm(batch.fresh));
    await insertEntries(manager, batch.fresh, policies, indexes);
    await countEntries(manager, batch.fresh, policies);
    return batch;
  }
}
