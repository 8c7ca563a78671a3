import type { PublishedSnapshot } from '#cache';
import {
  AssignmentsSnapshot,
  assignmentsSnapshotKey,
  REALM_SCOPE,
  RoleScopeSnapshot,
  roleScopeSnapshotKey,
} from '#contracts';
import { AppError } from '#errors';
import { Injectable } from '@nestjs/common';
import type { PlannedScope } from '../domain/configured-scope.js';
import {
  changedScopes,
  changedSubjects,
  type PlannedSubject,
  type RoleModel,
  type RolePlan,
} from '../domain/role-plan.js';
import type { HeldRole, RoleTransaction, Scope } from '../domain/role-store.js';
import { assignmentsState, scopeState } from '../domain/snapshot-state.js';
import { RemainingAdministrators, type RemainingAdministration } from './remaining-administrators.js';
import { scopeEvents, subjectEvents, type Cause } from './role-plan-events.js';
import { requirePresent } from './usable-role.js';

/** What a plan was made from is not what is there any more: read again and start anew. */
export class StaleRoleModelError extends AppError {
  constructor() {
    super('unavailable', { reason: 'stale_read' });
    this.name = 'StaleRoleModelError';
  }
}

/** Where a plan is stored. */
export interface PlanTarget {
  readonly realmId: string;
  readonly realmName: string;
}

/** Stores a plan inside one transaction, if what it was made from is still what is there. */
@Injectable()
export class StoreRolePlan {
  constructor(private readonly remaining: RemainingAdministrators) {}

  /**
   * Locks as everybody does: subjects ascending, the realm, its clients ascending.
   *
   * @throws StaleRoleModelError; AppError `conflict` for the last administrator of `master`.
   */
  async execute(
    transaction: RoleTransaction,
    plan: RolePlan,
    model: RoleModel,
    target: PlanTarget,
    cause: Cause & { readonly remaining: RemainingAdministration | null },
  ): Promise<readonly PublishedSnapshot[]> {
    const subjects = changedSubjects(plan);
    await this.lockSubjects(transaction, subjects, model, target);
    const scopes = await this.lockScopes(transaction, plan, target);
    const realm = scopes.get(REALM_SCOPE);
    if (realm === undefined) throw new StaleRoleModelError();
    const published = await this.storeScopes(transaction, plan, scopes, target, cause);
    if (cause.remaining !== null) await this.remaining.require(transaction, cause.remaining);
    await this.take(transaction, subjects, target);
    const pairs = subjects.flatMap(({ id, given }) => given.map(({ role }) => ({ subjectId: id, roleId: role.id })));
    await transaction.assignAll(target.realmId, pairs, cause.now);
    await transaction.recordAll(subjects.flatMap((subject) => subjectEvents(subject, scopes, realm, cause)));
    return [...published, ...(await this.stampSubjects(transaction, subjects, target))];
  }

  private async lockSubjects(
    transaction: RoleTransaction,
    subjects: readonly PlannedSubject[],
    model: RoleModel,
    { realmId }: PlanTarget,
  ): Promise<void> {
    const ids = subjects.map(({ id }) => id);
    const given = new Set(subjects.filter((one) => one.given.length > 0).map(({ id }) => id));
    for (const subject of await transaction.lockSubjects(realmId, ids)) {
      if (subject.version !== model.subjects.get(subject.subjectId)?.version) throw new StaleRoleModelError();
      if (given.has(subject.subjectId)) requirePresent(subject);
    }
  }

  /** All that the plan has read, so that nothing of it changes meanwhile; what is not there yet is made. */
  private async lockScopes(
    transaction: RoleTransaction,
    plan: RolePlan,
    { realmId, realmName }: PlanTarget,
  ): Promise<Map<string, Scope>> {
    const changing = new Set(changedScopes(plan).map(({ key }) => key));
    const missing = [...plan.scopes.values()].filter(({ key, scope }) => scope === null && changing.has(key));
    const locked = new Map<string, Scope>();
    const lock = async ({ key, scope }: PlannedScope): Promise<void> => {
      const found = await transaction.lockScope({ realmId, scope: key }, changing.has(key) ? 'change' : 'use');
      if (found?.version !== scope?.version || found?.removed === true) throw new StaleRoleModelError();
      if (found !== null) locked.set(key, found);
    };
    const realm = plan.scopes.get(REALM_SCOPE);
    if (realm !== undefined) await lock(realm);
    const stored = [...plan.scopes.values()].filter(({ key, scope }) => scope !== null && key !== REALM_SCOPE);
    for (const scope of inOrder(stored)) await lock(scope);
    const made = inOrder(missing).map(({ key, label }): Scope => ({
      ...{ realmId, scope: key, realmName, audience: label ?? '', audienceVersion: 0, version: 0, removed: false },
    }));
    await transaction.addScopes(made);
    for (const scope of made) {
      // Made by somebody else in between, it has another version; removed with its client, it stays so.
      const found = await transaction.lockScope(scope, 'change');
      if (found === null || found.removed || found.version !== 0) throw new StaleRoleModelError();
      locked.set(scope.scope, found);
    }
    return locked;
  }

  private async storeScopes(
    transaction: RoleTransaction,
    plan: RolePlan,
    scopes: Map<string, Scope>,
    { realmId }: PlanTarget,
    cause: Cause,
  ): Promise<readonly PublishedSnapshot[]> {
    const changed = changedScopes(plan);
    const added = changed.flatMap(({ key, permissions }) =>
      permissions.added.map((one) => ({ ...one, realmId, scope: key })),
    );
    const stamped = await transaction.nextVersions(added.length);
    await transaction.addPermissions(added.map((one, index) => ({ ...one, version: stamped[index] ?? 0 })));
    const roles = changed.flatMap((scope) => scope.roles.added);
    const versions = await transaction.nextVersions(roles.length);
    await transaction.addRoles(roles.map((role, index) => ({ ...role, version: versions[index] ?? 0 })));
    const holders = new Map<string, number>();
    for (const { key, permissions, roles: planned } of changed) {
      const address = { realmId, scope: key };
      for (const { after } of permissions.changed) {
        await transaction.savePermission(address, { ...after, version: await transaction.nextVersion() });
      }
      for (const { after } of planned.changed) {
        await transaction.saveRole({ ...after, version: await transaction.nextVersion() });
      }
      for (const role of planned.removed) {
        holders.set(role.id, await transaction.countHolders(realmId, role.id));
        await transaction.removeRole(realmId, role.id);
      }
      for (const { bit } of permissions.removed) await transaction.retirePermission(address, bit, cause.now);
    }
    const stamps = await transaction.stampScopes(
      realmId,
      changed.map(({ key }) => key),
    );
    const events = changed.flatMap((planned) => {
      const scope = scopes.get(planned.key);
      return scope === undefined ? [] : scopeEvents(planned, scope, holders, cause);
    });
    await transaction.recordAll(events);
    return changed.flatMap(({ key, after }) => {
      const scope = scopes.get(key);
      const version = stamps.get(key);
      if (scope === undefined || version === undefined) throw new StaleRoleModelError();
      const value = scopeState({ ...scope, version }, after);
      return [{ contract: RoleScopeSnapshot, key: roleScopeSnapshotKey(realmId, key), version, value }];
    });
  }

  private async take(
    transaction: RoleTransaction,
    subjects: readonly PlannedSubject[],
    { realmId }: PlanTarget,
  ): Promise<void> {
    for (const { id: subjectId, taken } of subjects) {
      const roleIds = taken.map(({ roleId }) => roleId);
      if (roleIds.length > 0) await transaction.unassign({ realmId, subjectId }, roleIds);
    }
  }

  private async stampSubjects(
    transaction: RoleTransaction,
    subjects: readonly PlannedSubject[],
    { realmId }: PlanTarget,
  ): Promise<readonly PublishedSnapshot[]> {
    const versions = await transaction.stampSubjects(
      realmId,
      subjects.map(({ id }) => id),
    );
    return subjects.flatMap(({ id, held, given, taken }) => {
      const version = versions.get(id);
      if (version === undefined) throw new StaleRoleModelError();
      const gone = new Set(taken);
      const after: HeldRole[] = [
        ...held.filter((one) => !gone.has(one)),
        ...given.map(({ role, scope }) => ({ roleId: role.id, scope: scope.key, roleName: role.name })),
      ].sort((left, right) => (left.roleId < right.roleId ? -1 : 1));
      const value = assignmentsState({ realmId, subjectId: id }, after);
      return [{ contract: AssignmentsSnapshot, key: assignmentsSnapshotKey(realmId, id), version, value }];
    });
  }
}

/** One order for everybody who locks several. */
function inOrder(scopes: readonly PlannedScope[]): readonly PlannedScope[] {
  return scopes.toSorted((left, right) => (left.key < right.key ? -1 : 1));
}
