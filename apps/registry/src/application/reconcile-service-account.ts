import {
  EnsureServiceAccount,
  EnsureServiceAccounts,
  MAX_ENSURED_ACCOUNTS,
  RemoveServiceAccount,
  type RequestOf,
} from '#contracts';
import { AppError } from '#errors';
import { MessageClient, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import type { Client } from '../domain/client.js';
import type { Realm } from '../domain/realm.js';
import { ClientRepository, RealmRepository } from '../domain/repositories.js';

const ATTEMPTS = 5;

/**
 * Brings identity's service account of a client in step with the client as it is stored. Calls to identity may overtake each
 * other, so what was sent is compared afterwards with what is stored by then: whoever sent last sees it and sends again.
 */
@Injectable()
export class ReconcileServiceAccount {
  constructor(
    private readonly realms: RealmRepository,
    private readonly clients: ClientRepository,
    private readonly messages: MessageClient,
  ) {}

  /** @throws AppError `unavailable` when identity does not answer or the client keeps changing: try again later. */
  async execute(realmId: string, clientId: string, context: CallContext): Promise<void> {
    let wanted = await this.wanted(realmId, clientId);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      if (wanted === null) await this.messages.call(RemoveServiceAccount, { realmId, clientId }, context);
      else await this.messages.call(EnsureServiceAccount, wanted, context);
      const present = await this.wanted(realmId, clientId);
      if (JSON.stringify(present) === JSON.stringify(wanted)) return;
      wanted = present;
    }
    throw new AppError('unavailable', { reason: 'client_keeps_changing' });
  }

  /** The same for many clients of one realm: almost all of them in few calls. */
  async executeAll(realmId: string, clientIds: readonly string[], context: CallContext): Promise<void> {
    const realm = await this.realms.findById(realmId);
    const seen = realm === null ? [] : await this.accountsOf(realm, clientIds);
    for (let start = 0; realm !== null && start < seen.length; start += MAX_ENSURED_ACCOUNTS) {
      const accounts = seen.slice(start, start + MAX_ENSURED_ACCOUNTS);
      await this.messages.call(EnsureServiceAccounts, { realmId, realmName: realm.name, accounts }, context);
    }
    const present = await this.realms.findById(realmId);
    const now = present === null ? [] : await this.accountsOf(present, clientIds);
    const settled = new Set(present?.name === realm?.name ? seen.map((account) => JSON.stringify(account)) : []);
    const inStep = new Set(
      now.filter((account) => settled.has(JSON.stringify(account))).map(({ clientId }) => clientId),
    );
    // Those of which something changed meanwhile, and those that should have no account.
    for (const clientId of clientIds) if (!inStep.has(clientId)) await this.execute(realmId, clientId, context);
  }

  private async accountsOf(
    realm: Realm,
    clientIds: readonly string[],
  ): Promise<RequestOf<typeof EnsureServiceAccounts>['accounts']> {
    const clients = await this.clients.findMany(realm.id, { ids: clientIds });
    return clients.flatMap((client) => {
      if (client.serviceAccountUserId === null) return [];
      const { clientId, clientIdentifier, userId, enabled } = serviceAccountOf(
        realm,
        client,
        client.serviceAccountUserId,
        client.serviceAccountEnabled,
      );
      return [{ clientId, clientIdentifier, userId, enabled }];
    });
  }

  /** Null when there should be none. */
  private async wanted(realmId: string, clientId: string): Promise<RequestOf<typeof EnsureServiceAccount> | null> {
    const [realm, client] = await Promise.all([
      this.realms.findById(realmId),
      this.clients.findById(realmId, clientId),
    ]);
    const userId = client?.serviceAccountUserId ?? null;
    if (realm === null || client === null || userId === null) return null;
    return serviceAccountOf(realm, client, userId, client.serviceAccountEnabled);
  }
}

/** What identity is told of a client's service account. */
export function serviceAccountOf(
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
