import {
  AssignmentsSnapshot,
  assignmentsSnapshotKey,
  RoleScopeSnapshot,
  roleScopeSnapshotKey,
  UserSnapshot,
  userSnapshotKey,
} from '#contracts';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { SnapshotView } from './snapshot-view.js';

interface Hint {
  readonly realmId: string;
  readonly subjectId: string;
  readonly scopes: readonly string[];
}

const MAX_HINTS = 50_000;

/**
 * Which snapshots a client's last token was made of, so that the next one starts all its reads at once: one round trip.
 * Only hints: what they name is read afresh and verified, and what they miss is read later.
 */
@Injectable()
export class ReadHints {
  private readonly byClient = new LRUCache<string, Hint>({ max: MAX_HINTS });

  /** Starts the reads of the last time. */
  start(view: SnapshotView, clientKey: string): void {
    const hint = this.byClient.get(clientKey);
    if (hint === undefined) return;
    void view.read(UserSnapshot, userSnapshotKey(hint.realmId, hint.subjectId));
    void view.read(AssignmentsSnapshot, assignmentsSnapshotKey(hint.realmId, hint.subjectId));
    for (const scope of hint.scopes) void view.read(RoleScopeSnapshot, roleScopeSnapshotKey(hint.realmId, scope));
  }

  /** Remembers what this time's token was made of. */
  remember(clientKey: string, realmId: string, subjectId: string, scopes: readonly string[]): void {
    const hint = this.byClient.peek(clientKey);
    if (
      hint?.realmId === realmId &&
      hint.subjectId === subjectId &&
      hint.scopes.length === scopes.length &&
      hint.scopes.every((scope, i) => scope === scopes[i])
    ) {
      return;
    }
    this.byClient.set(clientKey, { realmId, subjectId, scopes });
  }
}
