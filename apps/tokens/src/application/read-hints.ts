import {
  ActiveKeySnapshot,
  activeKeySnapshotKey,
  AssignmentsSnapshot,
  assignmentsSnapshotKey,
  RoleScopeSnapshot,
  roleScopeSnapshotKey,
  UserSnapshot,
  userSnapshotKey,
  type SigningAlgorithm,
} from '#contracts';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { SnapshotView } from './snapshot-view.js';

/** What a token was made of. */
export interface Hint {
  readonly realmId: string;
  readonly subjectId: string;
  readonly scopes: readonly string[];
  readonly algorithm: SigningAlgorithm;
}

const MAX_HINTS = 50_000;
const MAX_REALMS = 20_000;

/**
 * Which snapshots a client's last token was made of, so that the next one starts all its reads at once: one round trip.
 * Only hints: what they name is read afresh and verified, and what they miss is read later.
 */
@Injectable()
export class ReadHints {
  private readonly byClient = new LRUCache<string, Hint>({ max: MAX_HINTS });
  private readonly realmIds = new LRUCache<string, string>({ max: MAX_REALMS });

  /** The id of the realm that had this name the last time. */
  realmId(realmName: string): string | undefined {
    return this.realmIds.get(realmName);
  }

  /** Remembers whose name it is, so that the client's read need not wait for the realm's. */
  rememberRealm({ id, name }: { readonly id: string; readonly name: string }): void {
    if (this.realmIds.get(name) !== id) this.realmIds.set(name, id);
  }

  /** Starts the reads of the last time. */
  start(view: SnapshotView, clientKey: string): void {
    const hint = this.byClient.get(clientKey);
    if (hint === undefined) return;
    void view.read(UserSnapshot, userSnapshotKey(hint.realmId, hint.subjectId));
    void view.read(AssignmentsSnapshot, assignmentsSnapshotKey(hint.realmId, hint.subjectId));
    void view.read(ActiveKeySnapshot, activeKeySnapshotKey(hint.realmId, hint.algorithm));
    for (const scope of hint.scopes) void view.read(RoleScopeSnapshot, roleScopeSnapshotKey(hint.realmId, scope));
  }

  /** Remembers what this time's token was made of. */
  remember(clientKey: string, hint: Hint): void {
    const last = this.byClient.peek(clientKey);
    if (
      last?.realmId === hint.realmId &&
      last.subjectId === hint.subjectId &&
      last.algorithm === hint.algorithm &&
      last.scopes.length === hint.scopes.length &&
      last.scopes.every((scope, i) => scope === hint.scopes[i])
    ) {
      return;
    }
    this.byClient.set(clientKey, hint);
  }
}
