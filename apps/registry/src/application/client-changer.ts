import type { SnapshotTarget } from '#cache';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import type { Client } from '../domain/client.js';
import type { Realm } from '../domain/realm.js';
import type { RegistryTransaction } from '../domain/registry-transactions.js';
import { ClientRepository, RealmRepository } from '../domain/repositories.js';
import { clientTarget, FencedChange, type Changed } from './fenced-change.js';
import { noSuchClient, noSuchRealm } from '../domain/refusals.js';
import { StaleReadError, untilFresh } from './stale-read.js';

/** A client and its realm. */
export interface SeenClient {
  readonly realm: Realm;
  readonly client: Client;
}

/** Finds a client, fences its key, locks it, and lets `work` change it: what update, delete and rotation share. */
@Injectable()
export class ClientChanger {
  constructor(
    private readonly realms: RealmRepository,
    private readonly clients: ClientRepository,
    private readonly change: FencedChange,
  ) {}

  /**
   * Runs an attempt with what is there, again when it throws `StaleReadError`.
   *
   * @throws AppError `not_found`, and what the attempt throws.
   */
  withSeen<T>(realmId: string, id: string, attempt: (seen: SeenClient) => Promise<T>): Promise<T> {
    return untilFresh(async () => {
      const [realm, client] = await Promise.all([this.realms.findById(realmId), this.clients.findById(realmId, id)]);
      if (realm === null) throw noSuchRealm();
      if (client === null) throw noSuchClient();
      return attempt({ realm, client });
    });
  }

  /**
   * Changes the client under the fence of its key (and of `more`). The key holds the `client_id`: if it was changed since it
   * was read, another key is fenced than the one that has to be. From here on the realm keeps its name, which goes into the
   * audit log, until the transaction ends.
   *
   * @throws StaleReadError, AppError `not_found`, `unavailable`.
   */
  run<T>(
    { realm, client: seen }: SeenClient,
    more: readonly SnapshotTarget[],
    context: CallContext,
    work: (transaction: RegistryTransaction, client: Client) => Promise<Changed<T>>,
  ): Promise<T> {
    const targets = [clientTarget(seen), ...more];
    return this.change.run(targets, context, async (transaction) => {
      const kept = await transaction.keepRealm(realm.id);
      if (kept === null) throw noSuchRealm();
      if (kept.name !== realm.name) throw new StaleReadError();
      const client = await transaction.lockClient(realm.id, seen.id);
      if (client === null) throw noSuchClient();
      if (client.clientId !== seen.clientId) throw new StaleReadError();
      // Who may change it was asked of the account that it had.
      if (client.serviceAccountUserId !== seen.serviceAccountUserId) throw new StaleReadError();
      return work(transaction, client);
    });
  }
}
