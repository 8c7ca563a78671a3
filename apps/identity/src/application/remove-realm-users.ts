import type { RemoveRealmUsers as Contract, RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { UserStore } from '../domain/user-store.js';

/**
 * Removes everything of a realm. Idempotent. The snapshots of its users need no care: without the realm's own snapshot
 * nothing is issued, and realm ids are never used again.
 */
@Injectable()
export class RemoveRealmUsers {
  constructor(private readonly store: UserStore) {}

  async execute({ realmId }: RequestOf<typeof Contract>): Promise<void> {
    await this.store.removeRealm(realmId);
  }
}
