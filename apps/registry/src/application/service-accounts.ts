import { EnsureServiceAccount, type RequestOf } from '#contracts';
import { Outbox } from '#database';
import { MessageClient, type CallContext } from '#messaging';
import { Logger } from '#observability';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Client } from '../domain/client.js';
import type { Realm } from '../domain/realm.js';
import { RegistryTransactions, type RegistryTransaction } from '../domain/registry-transactions.js';
import type { SeenClient } from './client-changer.js';
import { Provisioning } from './provisioning.js';

/** A service account that identity has enabled for a change that is not committed yet. */
export interface EnabledAccount {
  readonly userId: string;
  /** Ends what was noted about it; call it in the transaction of the change. */
  close(transaction: RegistryTransaction): Promise<void>;
}

/** Keeps identity's service accounts in step with `serviceAccountEnabled` of clients that exist already. */
@Injectable()
export class ServiceAccounts {
  constructor(
    private readonly messages: MessageClient,
    private readonly provisioning: Provisioning,
    private readonly transactions: RegistryTransactions,
    private readonly outbox: Outbox,
    private readonly logger: Logger,
  ) {}

  /**
   * Makes or enables the account, then runs the change; if it fails the account goes back to what the client says. The call
   * comes first so that the account works when the change returns, and so that a refusal stops the change.
   */
  async whileEnabling<T>(
    seen: SeenClient,
    context: CallContext,
    change: (account: EnabledAccount) => Promise<T>,
  ): Promise<T> {
    const { realm, client } = seen;
    const known = client.serviceAccountUserId;
    const provision = known === null ? await this.provisioning.open({ realmId: realm.id, clientId: client.id }) : null;
    try {
      const request = ensureRequest(realm, client, known ?? uuidv7(), true);
      const { userId } = await this.messages.call(EnsureServiceAccount, request, context);
      const close = async (transaction: RegistryTransaction): Promise<void> => {
        if (provision !== null) await this.provisioning.close(transaction, provision);
      };
      return await change({ userId, close });
    } catch (error) {
      if (provision === null) await this.restore(seen, context);
      else await this.provisioning.giveUp(provision, context);
      throw error;
    }
  }

  /**
   * Adds to the transaction what identity must hear of a change: the flag, and the `client_id` the username is made of. Also after
   * `whileEnabling`: the outbox keeps the order of commits, so a clean-up or disabling that is still on its way is put right by
   * the call behind it. Identity records what it does.
   */
  async follow(transaction: RegistryTransaction, realm: Realm, before: Client, after: Client): Promise<void> {
    const { serviceAccountUserId: userId, serviceAccountEnabled: enabled } = after;
    if (userId === null) return;
    if (enabled === before.serviceAccountEnabled && after.clientId === before.clientId) return;
    await transaction.call(EnsureServiceAccount, ensureRequest(realm, after, userId, enabled));
  }

  private async restore({ realm, client }: SeenClient, context: CallContext): Promise<void> {
    try {
      await this.transactions.run(async (transaction) => {
        const present = await transaction.lockClient(realm.id, client.id);
        const userId = present?.serviceAccountUserId ?? null;
        if (present === null || userId === null) return;
        await transaction.call(
          EnsureServiceAccount,
          ensureRequest(realm, present, userId, present.serviceAccountEnabled),
        );
      });
    } catch (error) {
      // Harmless: issuance asks the client's own flag as well.
      this.logger.warn({ error, clientId: client.id }, 'a service account stays enabled for now');
      return;
    }
    await this.outbox.flush(context);
  }
}

function ensureRequest(
  realm: Realm,
  client: Client,
  userId: string,
  enabled: boolean,
): RequestOf<typeof EnsureServiceAccount> {
  return {
    realmId: realm.id,
    realmName: realm.name,
    clientId: client.id,
    clientIdentifier: client.clientId,
    userId,
    enabled,
  };
}
