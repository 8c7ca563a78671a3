import { EnsureServiceAccount } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Client } from '../domain/client.js';
import type { Realm } from '../domain/realm.js';
import type { RegistryTransaction } from '../domain/registry-transactions.js';
import { Provisioning } from './provisioning.js';
import { serviceAccountOf } from './reconcile-service-account.js';

/** How many accounts are asked for at once: identity has other work too. */
const AT_A_TIME = 16;

/** A service account that identity has enabled for a change that is not committed yet. */
export interface EnabledAccount {
  readonly userId: string;
  /** Call it in the transaction that stores the change. */
  close(transaction: RegistryTransaction): Promise<void>;
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
      return await change({ userId, close: (transaction) => this.provisioning.close(transaction, provision) });
    } catch (error) {
      await this.provisioning.giveUp(provision, context);
      throw error;
    }
  }

  /** The same for many clients, some at a time; `change` gets the accounts by the UUID of their client. */
  async whileEnablingAll<T>(
    realm: Realm,
    clients: readonly Client[],
    context: CallContext,
    change: (accounts: ReadonlyMap<string, EnabledAccount>) => Promise<T>,
  ): Promise<T> {
    const provisions = await this.provisioning.openAll(clients.map(({ id }) => ({ realmId: realm.id, clientId: id })));
    try {
      const accounts = new Map<string, EnabledAccount>();
      for (let start = 0; start < provisions.length; start += AT_A_TIME) {
        // All are awaited even if one fails: the clean-up must not overtake a call that is still on its way.
        const made = await Promise.allSettled(
          clients.slice(start, start + AT_A_TIME).map(async (client, index) => {
            const wanted = serviceAccountOf(realm, client, client.serviceAccountUserId ?? uuidv7(), true);
            const { userId } = await this.messages.call(EnsureServiceAccount, wanted, context);
            const provision = provisions[start + index];
            if (provision === undefined) throw new Error('a service account without its provision');
            accounts.set(client.id, {
              userId,
              close: (transaction) => this.provisioning.close(transaction, provision),
            });
          }),
        );
        const failed = made.find((outcome) => outcome.status === 'rejected');
        if (failed !== undefined) throw failed.reason;
      }
      return await change(accounts);
    } catch (error) {
      for (const provision of provisions) await this.provisioning.giveUp(provision, context);
      throw error;
    }
  }
}
