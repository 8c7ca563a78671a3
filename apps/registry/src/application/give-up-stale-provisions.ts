import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { PROVISION_STALE_AFTER_MS } from '../domain/provision.js';
import { RegistryTransactions } from '../domain/registry-transactions.js';
import { Provisioning } from './provisioning.js';

const BATCH = 100;

/**
 * Brings other services in step where nobody else will: after a process died between asking them and committing, and where they
 * were away.
 */
@Injectable()
export class GiveUpStaleProvisions {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly provisioning: Provisioning,
    private readonly clock: Clock,
  ) {}

  /** @returns how many were found. Any number of replicas may run it at the same time. */
  async execute(context: CallContext): Promise<number> {
    const before = new Date(this.clock.now().getTime() - PROVISION_STALE_AFTER_MS);
    const stale = await this.transactions.staleProvisions(before, BATCH);
    for (const provision of stale) await this.provisioning.giveUp(provision, context);
    return stale.length;
  }
}
