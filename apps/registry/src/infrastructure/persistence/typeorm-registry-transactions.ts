import { asUnavailable, available, Outbox } from '#database';
import { Injectable } from '@nestjs/common';
import { DataSource, LessThan } from 'typeorm';
import type { Provision } from '../../domain/provision.js';
import {
  RegistryTransactions,
  UncertainCommitError,
  type RegistryTransaction,
} from '../../domain/registry-transactions.js';
import { ProvisionEntity } from './entities/provision.entity.js';
import { openProvisions } from './bulk-writes.js';
import { clearRealm } from './clear-realm.js';
import { toProvision } from './rows.js';
import { forgetOldTombstones } from './tombstones.js';
import { TypeOrmRegistryTransaction } from './typeorm-registry-transaction.js';

/** Transactions in PostgreSQL. */
@Injectable()
export class TypeOrmRegistryTransactions extends RegistryTransactions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
  ) {
    super();
  }

  async run<T>(work: (transaction: RegistryTransaction) => Promise<T>): Promise<T> {
    let committing = false;
    try {
      return await this.dataSource.transaction(async (manager) => {
        const result = await work(new TypeOrmRegistryTransaction(manager, this.outbox));
        committing = true;
        return result;
      });
    } catch (error) {
      if (committing) throw new UncertainCommitError('the commit was not acknowledged', { cause: error });
      throw asUnavailable(error);
    }
  }

  async openProvisions(provisions: readonly Provision[]): Promise<void> {
    await available(() => openProvisions(this.dataSource.manager, provisions));
  }

  async staleProvisions(before: Date, limit: number): Promise<readonly Provision[]> {
    const rows = await available(() =>
      this.dataSource.manager.find(ProvisionEntity, {
        where: [{ givenUp: true }, { createdAt: LessThan(before) }],
        order: { createdAt: 'ASC', id: 'ASC' },
        take: limit,
      }),
    );
    return rows.map(toProvision);
  }

  async forgetOldTombstones(): Promise<void> {
    await available(() => forgetOldTombstones(this.dataSource.manager));
  }

  clearRealm(realmId: string, limit: number): Promise<boolean> {
    return available(() => clearRealm(this.dataSource, realmId, limit));
  }
}
