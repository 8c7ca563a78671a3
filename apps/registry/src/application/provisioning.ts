import { Outbox } from '#database';
import { RemoveRealmKeys, RemoveRealmRoles, RemoveServiceAccount } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Logger } from '#observability';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Provision } from '../domain/provision.js';
import {
  RegistryTransactions,
  UncertainCommitError,
  type RegistryTransaction,
} from '../domain/registry-transactions.js';

/**
 * Keeps track of what other services were asked to make before the registry committed. No transaction spans services, so an
 * open note (`Provision`) is what makes clean-up certain: after a refusal at once, after a crash by whoever finds it.
 */
@Injectable()
export class Provisioning {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Commits the note; call it before the other services. */
  async open(target: Pick<Provision, 'realmId' | 'clientId'>): Promise<Provision> {
    const provision: Provision = { ...target, id: uuidv7(), createdAt: this.clock.now() };
    try {
      await this.transactions.run((transaction) => transaction.openProvision(provision));
    } catch (error) {
      if (!(error instanceof UncertainCommitError)) throw error;
      throw new AppError('unavailable', { reason: 'uncertain_commit', cause: error });
    }
    return provision;
  }

  /**
   * Ends the note in the transaction that stores what it was opened for.
   *
   * @throws AppError `unavailable` when it was given up meanwhile: what was made may be gone.
   */
  async close(transaction: RegistryTransaction, provision: Provision): Promise<void> {
    if (await transaction.closeProvision(provision.id)) return;
    throw new AppError('unavailable', { reason: 'provision_given_up' });
  }

  /**
   * Gives a provision up after a failure of any kind: what other services made for it is removed, unless the transaction did
   * commit after all or another provision for the same thing is at work. Never throws: an open note is found again later.
   */
  async giveUp(provision: Provision, context: CallContext): Promise<void> {
    try {
      await this.transactions.run((transaction) => abandon(transaction, provision));
    } catch (error) {
      this.logger.warn({ error, provisionId: provision.id }, 'a provision stays open for now');
      return;
    }
    await this.outbox.flush(context);
  }
}

/** Locks the realm or client before the notes, as those do that commit: the other order could dead-lock with them. */
async function abandon(transaction: RegistryTransaction, provision: Provision): Promise<void> {
  const { realmId, clientId } = provision;
  const realm = clientId === null ? await transaction.lockRealm(realmId) : null;
  const client = clientId === null ? null : await transaction.lockClient(realmId, clientId);
  const open = await transaction.lockProvisions(provision);
  if (!open.some(({ id }) => id === provision.id)) return;
  await transaction.closeProvision(provision.id);
  if (open.length > 1) return;
  if (clientId === null) {
    if (realm !== null) return;
    await transaction.call(RemoveRealmRoles, { realmId });
    await transaction.call(RemoveRealmKeys, { realmId });
    return;
  }
  if (client === null || client.serviceAccountUserId === null) {
    await transaction.call(RemoveServiceAccount, { realmId, clientId });
  }
}
