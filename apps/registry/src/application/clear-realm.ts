import type { ClearRealm as ClearRealmCall, RequestOf } from '#contracts';
import { inPortions, PORTION_ROWS } from '#database';
import { Injectable } from '@nestjs/common';
import { RegistryTransactions } from '../domain/registry-transactions.js';

/**
 * Removes what a deleted realm has left in the registry, in portions: nobody waits long for rows of other realms, and a crash costs
 * one portion. Nothing of it can be found any more in the meantime, because all ways to it begin at the realm.
 */
@Injectable()
export class ClearRealm {
  constructor(private readonly transactions: RegistryTransactions) {}

  /** @throws AppError `unavailable` when there is more to do. */
  async execute({ realmId }: RequestOf<typeof ClearRealmCall>): Promise<void> {
    await inPortions(() => this.transactions.clearRealm(realmId, PORTION_ROWS));
  }
}
