import type { PublishedSnapshot, SnapshotTarget } from '#cache';
import { ActiveKeySnapshot, activeKeySnapshotKey, type SnapshotOf } from '#contracts';
import type { KeyAddress, SigningKey } from '../domain/signing-key.js';

/** The snapshot that says which key is active there. */
export function activeKeyTarget({ realmId, algorithm }: KeyAddress): SnapshotTarget {
  return { contract: ActiveKeySnapshot, key: activeKeySnapshotKey(realmId, algorithm) };
}

/** That this key is the active one. */
export function activeKeyState({ realmId, algorithm, kid }: SigningKey): SnapshotOf<typeof ActiveKeySnapshot> {
  return { realmId, algorithm, kid };
}

/** That this key is the active one now. */
export function publishedActiveKey(key: SigningKey): PublishedSnapshot {
  return { ...activeKeyTarget(key), version: key.snapshotVersion, value: activeKeyState(key) };
}
