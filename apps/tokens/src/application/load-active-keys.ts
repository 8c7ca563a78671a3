import { activeKeySnapshotKey, SIGNING_ALGORITHMS, type ActiveKeySnapshot, type SnapshotOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { KeyAddress } from '../domain/signing-key.js';
import { SigningKeyRepository } from '../domain/signing-key.repository.js';
import { activeKeyState } from './active-key-snapshot.js';

/** One key's authoritative state. */
export interface LoadedActiveKey {
  readonly key: string;
  readonly version: number;
  readonly value: SnapshotOf<typeof ActiveKeySnapshot> | null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The authoritative answer for snapshots of active keys, one to one in the order asked. */
@Injectable()
export class LoadActiveKeys {
  constructor(private readonly repository: SigningKeyRepository) {}

  async execute(keys: readonly string[]): Promise<readonly LoadedActiveKey[]> {
    const addresses = keys.map(addressOf).filter((address) => address !== null);
    const active = addresses.length === 0 ? [] : await this.repository.listActive(addresses);
    const loaded = new Map(active.map((each) => [activeKeySnapshotKey(each.realmId, each.algorithm), each]));
    return keys.map((key) => {
      const found = loaded.get(key);
      return found === undefined
        ? { key, version: 0, value: null }
        : { key, version: found.snapshotVersion, value: activeKeyState(found) };
    });
  }
}

/** Reads the key of a snapshot; null for one that can name nothing. */
function addressOf(key: string): KeyAddress | null {
  const [realmId = '', name, ...rest] = key.split('/');
  const algorithm = SIGNING_ALGORITHMS.find((each) => each === name);
  return UUID.test(realmId) && algorithm !== undefined && rest.length === 0 ? { realmId, algorithm } : null;
}
