import { clientSnapshotKey, ClientSnapshot, RealmSnapshot } from '#contracts';
import { SnapshotWriter, type PublishedSnapshot, type SnapshotTarget } from '#cache';
import { Outbox } from '#database';
import { AppError } from '#errors';
import { requireTimeLeft, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import type { Client } from '../domain/client.js';
import type { Realm } from '../domain/realm.js';
import {
  RegistryTransactions,
  UncertainCommitError,
  type RegistryTransaction,
} from '../domain/registry-transactions.js';
import { clientSnapshotOf, realmSnapshotOf } from '../domain/snapshots.js';

/** What a change returns to its caller and what it makes known to every instance. */
export interface Changed<T> {
  readonly result: T;
  readonly snapshots: readonly PublishedSnapshot[];
}

/**
 * The one way in which the registry changes anything: fence the keys, one transaction (its audit events included), publish
 * (G2), then send what the transaction left in the outbox.
 */
@Injectable()
export class FencedChange {
  constructor(
    private readonly writer: SnapshotWriter,
    private readonly transactions: RegistryTransactions,
    private readonly outbox: Outbox,
  ) {}

  /** @throws AppError `unavailable` when the keys cannot be fenced (nothing is written), and what `work` throws. */
  async run<T>(
    targets: readonly SnapshotTarget[],
    context: CallContext,
    work: (transaction: RegistryTransaction) => Promise<Changed<T>>,
  ): Promise<T> {
    const result = await this.changed(targets, async (transaction) => {
      const changed = await work(transaction);
      requireTimeLeft(context);
      return changed;
    });
    await this.outbox.flush(context);
    return result;
  }

  private async changed<T>(
    targets: readonly SnapshotTarget[],
    work: (transaction: RegistryTransaction) => Promise<Changed<T>>,
  ): Promise<T> {
    try {
      return await this.writer.change(targets, () => this.transactions.run(work));
    } catch (error) {
      // Only here, not inside: the writer leaves its fences up for what is no AppError, because the change may stand.
      if (!(error instanceof UncertainCommitError)) throw error;
      throw new AppError('unavailable', {
        detail: 'It is not known whether the change was made. Read the resource and, if need be, try again.',
        reason: 'uncertain_commit',
        cause: error,
      });
    }
  }
}

/** The snapshot key of a realm. */
export function realmTarget(name: string): SnapshotTarget {
  return { contract: RealmSnapshot, key: name };
}

/** The snapshot key of a client. */
export function clientTarget(client: Pick<Client, 'realmId' | 'clientId'>): SnapshotTarget {
  return { contract: ClientSnapshot, key: clientSnapshotKey(client) };
}

/** A realm's new state. */
export function publishedRealm(realm: Realm): PublishedSnapshot {
  return { ...realmTarget(realm.name), version: realm.snapshotVersion, value: realmSnapshotOf(realm) };
}

/** A client's new state. */
export function publishedClient(client: Client): PublishedSnapshot {
  return { ...clientTarget(client), version: client.snapshotVersion, value: clientSnapshotOf(client) };
}

/** That there is nothing under a key any more. */
export function publishedAbsence(target: SnapshotTarget, version: number): PublishedSnapshot {
  return { ...target, version, value: null };
}
