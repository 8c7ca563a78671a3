import type { RoleScopeSnapshot, SnapshotOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { scopeAddressOf } from '../domain/address.js';
import { RoleStore, type ScopeAddress } from '../domain/role-store.js';
import { scopeState } from '../domain/snapshot-state.js';

/** One key's authoritative state. */
export interface LoadedRoleScope {
  readonly key: string;
  readonly version: number;
  readonly value: SnapshotOf<typeof RoleScopeSnapshot> | null;
}

/** The authoritative answer for snapshots of scopes, one to one in the order asked. */
@Injectable()
export class LoadRoleScopes {
  constructor(private readonly store: RoleStore) {}

  async execute(keys: readonly string[]): Promise<readonly LoadedRoleScope[]> {
    const addresses = new Map(keys.map((key) => [key, scopeAddressOf(key)]));
    const known = [...addresses].filter((entry): entry is [string, ScopeAddress] => entry[1] !== null);
    const states = known.length === 0 ? [] : await this.store.readScopes(known.map(([, address]) => address));
    const loaded = new Map<string, LoadedRoleScope>();
    known.forEach(([key], index) => {
      const state = states[index];
      if (state === undefined || state === null) return;
      loaded.set(key, { key, version: state.scope.version, value: scopeState(state.scope, state) });
    });
    return keys.map((key) => loaded.get(key) ?? { key, version: 0, value: null });
  }
}
