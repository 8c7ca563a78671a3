import { RemoveRealmKeys, RemoveRealmRoles } from '#contracts';
import { Outbox } from '#database';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Logger } from '#observability';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Provision } from '../domain/provision.js';
import { RegistryTransactions, type RegistryTransaction } from '../domain/registry-transactions.js';
import { ReconcileRealmName } from './reconcile-realm-name.js';
import { ReconcileServiceAccount } from './reconcile-service-account.js';

/** What a provision is about. */
type ProvisionTarget = Pick<Provision, 'realmId' | 'clientId'>;

/** Keeps track of what other services were asked to make, so that nothing is left over after refusals and crashes. */
@Injectable()
export class Provisioning {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly reconcileServiceAccount: ReconcileServiceAccount,
    private readonly reconcileRealmName: ReconcileRealmName,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Commits a note; call it before the other services. */
  async open(target: ProvisionTarget): Promise<Provision> {
    const provision = this.noteOf(target);
    await this.transactions.openProvisions([provision]);
    return provision;
  }

  /** The same for many, in one transaction. */
  async openAll(targets: readonly ProvisionTarget[]): Promise<readonly Provision[]> {
    const provisions = targets.map((target) => this.noteOf(target));
    if (provisions.length > 0) await this.transactions.openProvisions(provisions);
    return provisions;
  }

  private noteOf(target: ProvisionTarget): Provision {
    return { ...target, id: uuidv7(), givenUp: false, createdAt: this.clock.now() };
  }

  /**
   * Ends the note in the transaction that stores what it was opened for.
   *
   * @throws AppError `unavailable` when it was given up meanwhile: what was made may be gone.
   */
  async close(transaction: RegistryTransaction, provision: Provision): Promise<void> {
    await this.closeAll(transaction, [provision]);
  }

  /** The same for many. */
  async closeAll(transaction: RegistryTransaction, provisions: readonly Provision[]): Promise<void> {
    if (provisions.length === 0) return;
    requireClosed((await transaction.closeProvisions(provisions.map(({ id }) => id))) === provisions.length);
  }

  /** Notes in a transaction that another service has to follow what it stores; call `giveUp` when it has committed. */
  async openFollowUp(transaction: RegistryTransaction, target: ProvisionTarget): Promise<Provision> {
    const provision: Provision = { ...this.noteOf(target), givenUp: true };
    await transaction.openProvisions([provision]);
    return provision;
  }

  /** The same for many; call `giveUpAll` when it has committed. */
  async openFollowUps(
    transaction: RegistryTransaction,
    targets: readonly ProvisionTarget[],
  ): Promise<readonly Provision[]> {
    const provisions = targets.map((target): Provision => ({ ...this.noteOf(target), givenUp: true }));
    await transaction.openProvisions(provisions);
    return provisions;
  }

  /**
   * Gives a note up after a failure of any kind and brings the other services in step with what is stored; nothing happens
   * when the transaction did commit after all. Never throws: what cannot be done now is done later.
   */
  async giveUp(provision: Provision, context: CallContext): Promise<void> {
    try {
      await this.bringInStep(provision, context);
    } catch (error) {
      this.logger.warn({ err: error, provisionId: provision.id }, 'another service has to be brought in step later');
    }
  }

  /** The same for many about service accounts of clients of one realm. */
  async giveUpAll(realmId: string, provisions: readonly Provision[], context: CallContext): Promise<void> {
    if (provisions.length === 0) return;
    try {
      const ids = provisions.map(({ id }) => id);
      const kept = new Set(await this.transactions.run((transaction) => transaction.giveUpProvisions(ids)));
      const about = provisions.filter(({ id }) => kept.has(id));
      const clientIds = about.flatMap(({ clientId }) => clientId ?? []);
      await this.reconcileServiceAccount.executeAll(realmId, clientIds, context);
      await this.transactions.run((transaction) => transaction.removeProvisions(about.map(({ id }) => id)));
    } catch (error) {
      const message = 'another service has to be brought in step later';
      this.logger.warn({ err: error, realmId, provisions: provisions.length }, message);
    }
  }

  private async bringInStep(provision: Provision, context: CallContext): Promise<void> {
    const { id, realmId, clientId } = provision;
    const about = await this.transactions.run(async (transaction) => {
      // From here on the change that opened it cannot commit; that it had not yet is certain, for it would have closed it.
      if ((await transaction.giveUpProvisions([id])).length === 0) return null;
      if (clientId !== null) return 'service_account';
      if ((await transaction.keepRealm(realmId)) !== null) return 'realm_name';
      await transaction.call(RemoveRealmRoles, { realmId });
      await transaction.call(RemoveRealmKeys, { realmId });
      await transaction.removeProvisions([id]);
      return 'removal';
    });
    if (about === null) return;
    if (about === 'removal') {
      await this.outbox.flush(context);
      return;
    }
    if (clientId === null) await this.reconcileRealmName.execute(realmId, context);
    else await this.reconcileServiceAccount.execute(realmId, clientId, context);
    await this.transactions.run((transaction) => transaction.removeProvisions([id]));
  }
}

/** @throws AppError `unavailable` when a note was given up: what was made for it may be gone. */
export function requireClosed(closed: boolean): void {
  if (!closed) throw new AppError('unavailable', { reason: 'provision_given_up' });
}
