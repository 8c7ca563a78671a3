import { SnapshotWriter } from '#cache';
import {
  REALM_MANAGEMENT_CLIENT_ID,
  REALM_SCOPE,
  RoleScopeSnapshot,
  roleScopeSnapshotKey,
  type Actor,
} from '#contracts';
import { AppError } from '#errors';
import { requireTimeLeft, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import type { OwnPermission, PermissionCatalogue } from '../domain/permission-catalogue.js';
import { RoleStore, type RoleTransaction, type Scope, type ScopeContents } from '../domain/role-store.js';
import { catalogueOf, scopeState } from '../domain/snapshot-state.js';

/** Where an administrator changes roles or permissions: the realm, or one of its clients. */
export interface ScopeTarget {
  readonly actor: Actor;
  readonly realmId: string;
  readonly realmName: string;
  readonly clientId: string | null;
  /** The `client_id`, when the client's scope may have to be made. */
  readonly clientIdentifier?: string;
}

/** A scope that nobody else changes until the transaction ends. */
export interface LockedScope extends ScopeContents {
  readonly scope: Scope;
  readonly catalogue: PermissionCatalogue;
  /** The realm's own permissions: what may be granted is judged by them. */
  readonly ownOfRealm: readonly OwnPermission[];
}

/** What came of a change; `changed` says whether the scope's snapshot is another one now. */
export interface ScopeOutcome<T> {
  readonly result: T;
  readonly changed: boolean;
}

/** Changes the roles and permissions of one scope under G2: fence, lock, change, publish, and in the end send the events. */
@Injectable()
export class AdministerScope {
  constructor(
    private readonly store: RoleStore,
    private readonly snapshots: SnapshotWriter,
  ) {}

  /** @throws AppError `not_found` for a realm or client that is removed or has nothing here; and what `change` throws. */
  async execute<T>(
    target: ScopeTarget,
    context: CallContext,
    change: (transaction: RoleTransaction, locked: LockedScope) => Promise<ScopeOutcome<T>>,
  ): Promise<T> {
    const key = {
      contract: RoleScopeSnapshot,
      key: roleScopeSnapshotKey(target.realmId, target.clientId ?? REALM_SCOPE),
    };
    const result = await this.snapshots.change([key], () =>
      this.store.transaction(async (transaction) => {
        const locked = await lock(transaction, target);
        const outcome = await change(transaction, locked);
        let { scope } = locked;
        if (outcome.changed || scope.version === 0) {
          scope = { ...scope, version: await transaction.nextVersion() };
          await transaction.saveScope(scope);
        }
        const value = scopeState(scope, await transaction.contentsOf(scope));
        requireTimeLeft(context);
        return { result: outcome.result, snapshots: [{ ...key, version: scope.version, value }] };
      }),
    );
    await this.store.flush(context);
    return result;
  }
}

/** The realm's row first, as everybody who needs both does. */
async function lock(transaction: RoleTransaction, target: ScopeTarget): Promise<LockedScope> {
  const { realmId, realmName, clientId, clientIdentifier } = target;
  const realmAddress = { realmId, scope: REALM_SCOPE };
  const realm = await transaction.lockScope(realmAddress, clientId === null ? 'change' : 'use');
  if (realm === null || realm.removed) throw nothingThere('realm');
  const realmContents = await transaction.contentsOf(realmAddress);
  const ownOfRealm = realmContents.permissions;
  if (clientId === null) {
    return { ...realmContents, scope: realm, catalogue: catalogueOf(REALM_SCOPE, ownOfRealm), ownOfRealm };
  }
  const address = { realmId, scope: clientId };
  if (clientIdentifier === REALM_MANAGEMENT_CLIENT_ID) {
    throw new AppError('conflict', {
      detail: `The roles and permissions of ${REALM_MANAGEMENT_CLIENT_ID} are those of the realm.`,
      reason: 'realm_api',
    });
  }
  if (clientIdentifier !== undefined) {
    const made = { ...address, realmName, audience: clientIdentifier, audienceVersion: 0, version: 0, removed: false };
    await transaction.addScope(made);
  }
  const scope = await transaction.lockScope(address, 'change');
  if (scope === null || scope.removed) throw nothingThere('client');
  const contents = await transaction.contentsOf(address);
  return { ...contents, scope, catalogue: catalogueOf(clientId, contents.permissions), ownOfRealm };
}

function nothingThere(what: 'realm' | 'client'): AppError {
  const detail = what === 'realm' ? 'There is no such realm.' : 'The client has no such role or permission.';
  return new AppError('not_found', { detail, reason: `unknown_${what}_scope` });
}
