import type { RemoveRealmUsers as Contract, RequestOf } from '#contracts';
import { inPortions, PORTION_ROWS } from '#database';
import { Injectable } from '@nestjs/common';
import { UserStore } from '../domain/user-store.js';

/**
 * Removes everything of a realm, in portions. Idempotent. The snapshots of its users need no care: without the realm's own snapshot
 * nothing is issued, and realm ids are never used again.
 */
@Injectable()
export class RemoveRealmUsers {
  constructor(private readonly store: UserStore) {}

  /** @throws AppError `unavailable` when there is more to do. */
  async execute({ realmId }: RequestOf<typeof Contract>): Promise<void> {
    await inPortions(() => this.store.removeRealm(realmId, PORTION_ROWS));
  }
}
