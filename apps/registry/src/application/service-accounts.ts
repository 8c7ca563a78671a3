import { EnsureServiceAccount, EnsureServiceAccounts, MAX_ENSURED_ACCOUNTS } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Client } from '../domain/client.js';
import type { Provision } from '../domain/provision.js';
import type { Realm } from '../domain/realm.js';
import type { RegistryTransaction } from '../domain/registry-transactions.js';
import { Provisioning } from './provisioning.js';
import { serviceAccountOf } from './reconcile-service-account.js';

/** A service account that identity has enabled for a change that is not committed yet. */
export interface EnabledAccount {
  readonly userId: string;
  /** The note that stands for it until then. */
  readonly provisionId: string;
  /** Call it in the transaction that stores the change. */
  close(transaction: RegistryTransaction): Promise<void>;
}

/** Service accounts that identity has enabled for a change that is not committed yet. */
export interface EnabledAccounts {
  /** By the UUID of their client. */
  readonly userIds: ReadonlyMap<string, string>;
  readonly provisions: readonly Provision[];
}

/** Makes or enables service accounts together with the change of the client that wants it. */
@Injectable()
export class ServiceAccounts {
  constructor(
    private readonly messages: MessageClient,
    private readonly provisioning: Provisioning,
  ) {}

  /**
   * Makes or enables the account, then runs the change; if that fails the account goes back to what is stored. The call comes
   * first so that the account works when the change returns, and so that a refusal stops the change.
   */
  async whileEnabling<T>(
    realm: Realm,
    client: Client,
    context: CallContext,
    change: (account: EnabledAccount) => Promise<T>,
  ): Promise<T> {
    const provision = await this.provisioning.open({ realmId: realm.id, clientId: client.id });
    try {
      const account = serviceAccountOf(realm, client, client.serviceAccountUserId ?? uuidv7(), true);
      const { userId } = await this.messages.call(EnsureServiceAccount, account, context);
      return await change({
        userId,
        provisionId: provision.id,
        close: (transaction) => this.provisioning.close(transaction, provision),
      });
    } catch (error) {
      await this.provisioning.giveUp(provision, context);
      throw error;
    }
  }

  /** The same for many clients; `change` gets their accounts, whose notes it closes with `Provisioning.closeAll`. */
  async whileEnablingAll<T>(
    realm: Realm,
    clients: readonly Client[],
    context: CallContext,
    change: (accounts: EnabledAccounts) => Promise<T>,
  ): Promise<T> {
    const provisions = await this.provisioning.openAll(clients.map(({ id }) => ({ realmId: realm.id, clientId: id })));
    try {
      const userIds = new Map<string, string>();
      for (let start = 0; start < clients.length; start += MAX_ENSURED_ACCOUNTS) {
        const some = clients.slice(start, start + MAX_ENSURED_ACCOUNTS);
        const accounts = some.map((client) => ({
          clientId: client.id,
          clientIdentifier: client.clientId,
          userId: client.serviceAccountUserId ?? uuidv7(),
        }));
        const request = { realmId: realm.id, realmName: realm.name, accounts };
        const made = await this.messages.call(EnsureServiceAccounts, request, context);
        for (const [index, { id }] of some.entries()) userIds.set(id, made.userIds[index] ?? '');
      }
      return await change({ userIds, provisions });
    } catch (error) {
      await this.provisioning.giveUpAll(realm.id, provisions, context);
      throw error;
    }
  }
}
