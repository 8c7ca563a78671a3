import type { SnapshotOf, UserSnapshot } from '#contracts';
import { Injectable } from '@nestjs/common';
import { userAddressOf, userState } from '../domain/snapshot-state.js';
import { UserStore, type UserAddress } from '../domain/user-store.js';

/** One key's authoritative state. */
export interface LoadedUser {
  readonly key: string;
  readonly version: number;
  readonly value: SnapshotOf<typeof UserSnapshot> | null;
}

/** The authoritative answer for snapshots of users, one to one in the order asked. */
@Injectable()
export class LoadUsers {
  constructor(private readonly store: UserStore) {}

  async execute(keys: readonly string[]): Promise<readonly LoadedUser[]> {
    const addresses = new Map(keys.map((key) => [key, userAddressOf(key)]));
    const known = [...addresses].filter((entry): entry is [string, UserAddress] => entry[1] !== null);
    const states = known.length === 0 ? [] : await this.store.readStates(known.map(([, address]) => address));
    const loaded = new Map(known.map(([key], index) => [key, states[index]]));
    return keys.map((key) => {
      const state = loaded.get(key) ?? { version: 0, user: null };
      return { key, version: state.version, value: userState(state.user) };
    });
  }
}
