import { SnapshotReader, SnapshotWriter, type PublishedSnapshot, type SnapshotTarget } from '#cache';
import { MASTER_REALM, type Actor, type SnapshotContract, type SnapshotOf } from '#contracts';
import { FrozenClock } from '#host';
import { newCallContext, type CallContext } from '#messaging';
import { v7 as uuidv7 } from 'uuid';
import { AssignRole } from '../application/assign-role.js';
import { ChangeAssignments } from '../application/change-assignments.js';
import { ChangeScopes } from '../application/change-scopes.js';
import { EnsureRoleAssignment } from '../application/ensure-role-assignment.js';
import { LoadAssignments } from '../application/load-assignments.js';
import { LoadRoleScopes } from '../application/load-role-scopes.js';
import { ProvisionRealmRoles } from '../application/provision-realm-roles.js';
import { GuardAccount } from '../application/guard-account.js';
import { RemainingAdministrators } from '../application/remaining-administrators.js';
import { RemoveClientRoles } from '../application/remove-client-roles.js';
import { RemoveRealmRoles } from '../application/remove-realm-roles.js';
import { RemoveSubjectRoles } from '../application/remove-subject-roles.js';
import { UnassignRole } from '../application/unassign-role.js';
import { RetireClientRoles } from '../application/retire-client-roles.js';
import { WithdrawAdministrator } from '../application/withdraw-administrator.js';
import type { RoleStore } from '../domain/role-store.js';

/** Remembers what was fenced and published; fences nothing. */
export class RecordingSnapshotWriter extends SnapshotWriter {
  readonly fenced: SnapshotTarget[] = [];
  readonly published: PublishedSnapshot[] = [];

  async change<T>(
    targets: readonly SnapshotTarget[],
    change: () => Promise<{ readonly result: T; readonly snapshots: readonly PublishedSnapshot[] }>,
  ): Promise<T> {
    this.fenced.push(...targets);
    const { result, snapshots } = await change();
    this.published.push(...snapshots);
    return result;
  }
}

/** Knows every user but those that a test names; all of them can sign in but those that a test names. */
export class EveryUser extends SnapshotReader {
  readonly unknown = new Set<string>();
  readonly shutOut = new Set<string>();

  read<S extends SnapshotContract>(_contract: S, key: string): Promise<SnapshotOf<S> | null> {
    const user = { id: key, canSignIn: !this.shutOut.has(key) };
    return Promise.resolve(this.unknown.has(key) ? null : (user as unknown as SnapshotOf<S>));
  }
}

/** Every use case over one store, with doubles around. */
export class RolesHarness {
  readonly clock = new FrozenClock(new Date('2026-01-02T03:04:05.678Z'));
  readonly snapshots = new RecordingSnapshotWriter();
  readonly users = new EveryUser();
  readonly assignRole: AssignRole;
  readonly unassignRole: UnassignRole;
  readonly remaining: RemainingAdministrators;
  readonly withdrawAdministrator: WithdrawAdministrator;
  readonly removeSubjectRoles: RemoveSubjectRoles;
  readonly guardAccount: GuardAccount;
  readonly ensureRoleAssignment: EnsureRoleAssignment;
  readonly provisionRealmRoles: ProvisionRealmRoles;
  readonly removeRealmRoles: RemoveRealmRoles;
  readonly removeClientRoles: RemoveClientRoles;
  readonly retireClientRoles: RetireClientRoles;
  readonly loadAssignments: LoadAssignments;
  readonly loadRoleScopes: LoadRoleScopes;

  /** Each call has its own deadline. */
  get context(): CallContext {
    return newCallContext({ deadlineMs: 15_000 });
  }

  constructor(readonly store: RoleStore) {
    const assignments = new ChangeAssignments(store, this.snapshots);
    const scopes = new ChangeScopes(store, this.snapshots);
    this.assignRole = new AssignRole(assignments, store, this.users, this.clock);
    this.remaining = new RemainingAdministrators(store, this.users, this.clock);
    this.unassignRole = new UnassignRole(assignments, store, this.remaining, this.clock);
    this.withdrawAdministrator = new WithdrawAdministrator(store, this.remaining, this.clock);
    this.removeSubjectRoles = new RemoveSubjectRoles(assignments, store, this.clock);
    this.guardAccount = new GuardAccount(store);
    this.ensureRoleAssignment = new EnsureRoleAssignment(assignments, store, this.clock);
    this.provisionRealmRoles = new ProvisionRealmRoles(scopes, store, this.clock);
    this.removeRealmRoles = new RemoveRealmRoles(scopes, store);
    this.retireClientRoles = new RetireClientRoles(scopes, store);
    this.removeClientRoles = new RemoveClientRoles(scopes, assignments, store, this.clock);
    this.loadAssignments = new LoadAssignments(store);
    this.loadRoleScopes = new LoadRoleScopes(store);
  }

  /** Provisions a realm and answers the ids of its roles by name. */
  async realm(realmName = 'acme', realmId = uuidv7()): Promise<{ realmId: string; admin: string; viewer: string }> {
    await this.provisionRealmRoles.execute({ realmId, realmName }, this.context);
    const { roles } = await this.store.listRoles({ realmId, scope: 'realm' }, { limit: 10, cursor: null });
    const idOf = (name: string): string => roles.find((role) => role.name === name)?.id ?? '';
    return { realmId, admin: idOf('admin'), viewer: idOf('viewer') };
  }

  assign(realmId: string, subjectId: string, roleId: string, actor: Actor = SYSTEM): Promise<void> {
    return this.assignRole.execute({ actor, realmId, realmName: 'said', subjectId, roleId }, this.context);
  }

  unassign(realmId: string, subjectId: string, roleId: string, actor: Actor = SYSTEM): Promise<void> {
    return this.unassignRole.execute({ actor, realmId, realmName: 'said', subjectId, roleId }, this.context);
  }

  ensure(realmId: string, subjectId: string, roleName: string): Promise<void> {
    return this.ensureRoleAssignment.execute({ realmId, realmName: 'said', subjectId, roleName }, this.context);
  }

  /** The ids of the roles that the owner says a subject holds. */
  async held(realmId: string, subjectId: string): Promise<readonly string[] | null> {
    const [loaded] = await this.loadAssignments.execute([`${realmId}/${subjectId}`]);
    return loaded?.value?.roles.map(({ roleId }) => roleId) ?? null;
  }
}

/** The product itself. */
export const SYSTEM: Actor = {
  kind: 'system',
  id: null,
  clientId: null,
  realm: null,
  permissions: [],
  peer: { ip: null, userAgent: null },
};

/** A person who holds these built-in permissions. */
export function administrator(permissions: readonly string[], realm = MASTER_REALM): Actor {
  return {
    kind: 'user',
    id: uuidv7(),
    clientId: 'admin-cli',
    realm,
    permissions: [...permissions],
    peer: { ip: '192.0.2.1', userAgent: 'test' },
  };
}
