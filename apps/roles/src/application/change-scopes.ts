import { SnapshotWriter, type PublishedSnapshot } from '#cache';
import { RoleScopeSnapshot, roleScopeSnapshotKey } from '#contracts';
import { Injectable } from '@nestjs/common';
import { RoleStore, type RoleTransaction, type Scope, type ScopeAddress } from '../domain/role-store.js';
import { scopeState } from '../domain/snapshot-state.js';

/** Alters one scope. Answers the scope as it shall be saved, or null when there was nothing to change. */
export type ScopeChange = (transaction: RoleTransaction, scope: Scope) => Promise<Scope | null>;

/** Changes scopes under G2, as `ChangeAssignments` does subjects. A scope that never existed stays so. */
@Injectable()
export class ChangeScopes {
  constructor(
    private readonly store: RoleStore,
    private readonly snapshots: SnapshotWriter,
  ) {}

  /** `missing` makes a scope that is not there yet. */
  async execute(
    realmId: string,
    scopes: readonly string[],
    change: ScopeChange,
    missing?: (address: ScopeAddress) => Scope,
  ): Promise<void> {
    const ascending = [...new Set(scopes)].sort();
    const targets = ascending.map((scope) => ({
      contract: RoleScopeSnapshot,
      key: roleScopeSnapshotKey(realmId, scope),
    }));
    await this.snapshots.change(targets, () =>
      this.store.transaction(async (transaction) => {
        const snapshots: PublishedSnapshot[] = [];
        for (const scope of ascending) {
          const address = { realmId, scope };
          if (missing !== undefined) await transaction.addScope(missing(address));
          snapshots.push(await changeOne(transaction, address, change));
        }
        return { result: undefined, snapshots };
      }),
    );
  }
}

async function changeOne(
  transaction: RoleTransaction,
  address: ScopeAddress,
  change: ScopeChange,
): Promise<PublishedSnapshot> {
  const target = { contract: RoleScopeSnapshot, key: roleScopeSnapshotKey(address.realmId, address.scope) };
  const scope = await transaction.lockScope(address, 'change');
  if (scope === null) return { ...target, version: 0, value: null };
  const changed = await change(transaction, scope);
  let saved = changed ?? scope;
  if (changed !== null || scope.version === 0) {
    saved = { ...saved, version: await transaction.nextVersion() };
    await transaction.saveScope(saved);
  }
  return { ...target, version: saved.version, value: scopeState(saved, await transaction.contentsOf(address)) };
}
