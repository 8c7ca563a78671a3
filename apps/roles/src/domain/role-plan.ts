import { REALM_SCOPE, type Actor, type WantedScope, type WantedSubject } from '#contracts';
import { AppError, fieldErrorAt } from '#errors';
import {
  changesScope,
  planScope,
  unchangedScope,
  type PlanMaking,
  type PlannedScope,
  type StoredScope,
} from './configured-scope.js';
import { requireManagesApi, requireMayGrant } from './grant-policy.js';
import type { HeldRole, SubjectState } from './role-store.js';
import type { Role } from './role.js';

/** A role that somebody is given. */
export interface GivenRole {
  readonly role: Role;
  readonly scope: PlannedScope;
}

/** What a configuration makes of one subject's roles. */
export interface PlannedSubject {
  readonly id: string;
  readonly wanted: WantedSubject;
  /** All that it holds now. */
  readonly held: readonly HeldRole[];
  /** Of that what is still there afterwards, as long as nobody takes it: not what goes with its role or its client. */
  readonly lasting: readonly HeldRole[];
  readonly given: readonly GivenRole[];
  readonly taken: readonly HeldRole[];
}

/** What a configuration makes of a realm's roles; subjects and scopes that stay as they are included. */
export interface RolePlan {
  /** By `PlannedScope.key`; the realm's first. */
  readonly scopes: ReadonlyMap<string, PlannedScope>;
  readonly subjects: readonly PlannedSubject[];
}

/** What is stored of all that a configuration speaks of. */
export interface RoleModel {
  /** By key: what is wanted, what is given, and where the wanted subjects hold anything. */
  readonly scopes: ReadonlyMap<string, StoredScope>;
  /** By subject id. */
  readonly subjects: ReadonlyMap<string, SubjectState>;
}

/** `realm` or the client's UUID. */
export function scopeKeyOf(client: WantedScope['client']): string {
  return client?.id ?? REALM_SCOPE;
}

/**
 * Compares what is wanted with what is there.
 *
 * @throws AppError `validation_failed` with pointers into the configuration, `conflict` for what the product keeps as it is.
 */
export function planRoles(
  model: RoleModel,
  wanted: { readonly scopes: readonly WantedScope[]; readonly subjects: readonly WantedSubject[] },
  making: PlanMaking,
): RolePlan {
  const scopes = new Map([...model.scopes].map(([key, stored]) => [key, unchangedScope(stored)]));
  for (const one of wanted.scopes) {
    const key = scopeKeyOf(one.client);
    const stored = model.scopes.get(key);
    if (stored !== undefined) scopes.set(key, planScope(stored, one, making));
  }
  const subjects = wanted.subjects.map((subject) => planSubject(model, scopes, subject, making));
  if (making.problems.length > 0) throw new AppError('validation_failed', { fields: making.problems.slice(0, 50) });
  return { scopes, subjects };
}

/** The scopes of a plan that change, in its order. */
export function changedScopes({ scopes }: RolePlan): readonly PlannedScope[] {
  return [...scopes.values()].filter(changesScope);
}

/** The subjects of a plan whose roles change. */
export function changedSubjects({ subjects }: RolePlan): readonly PlannedSubject[] {
  return subjects.filter(({ given, taken }) => given.length + taken.length > 0);
}

/**
 * Refuses what the actor could not do one by one either.
 *
 * @throws AppError `forbidden`, `conflict` when it would take the roles of whoever applies it.
 */
export function requireMayApplyRoles(actor: Actor, plan: RolePlan): void {
  const scopes = changedScopes(plan);
  const subjects = changedSubjects(plan);
  if (scopes.length + subjects.length === 0) return;
  if (actor.kind !== 'system' && !actor.permissions.includes('manage_roles')) {
    throw new AppError('forbidden', {
      detail: 'To change roles, permissions and assignments needs manage_roles.',
      reason: 'permission_missing',
    });
  }
  const ownOfRealm = plan.scopes.get(REALM_SCOPE)?.after.permissions ?? [];
  const ownBefore = plan.scopes.get(REALM_SCOPE)?.before.permissions ?? [];
  for (const { clientId, permissions, roles } of scopes) {
    if (permissions.added.length + permissions.changed.length + permissions.removed.length > 0) {
      requireManagesApi(actor, clientId);
    }
    for (const role of [...roles.removed, ...roles.changed.map(({ before }) => before)]) {
      requireMayGrant(actor, role, ownBefore);
    }
    for (const role of [...roles.added, ...roles.changed.map(({ after }) => after)]) {
      requireMayGrant(actor, role, ownOfRealm);
    }
  }
  for (const { id, wanted, given, taken } of subjects) {
    for (const { role } of given) requireMayGrant(actor, role, ownOfRealm);
    if (taken.length > 0 && !wanted.mentioned && id === actor.id) {
      throw new AppError('conflict', {
        detail: `This would take the roles of ${wanted.name}, which applies the configuration: mention it in assignments.`,
        reason: 'takes_own_roles',
      });
    }
  }
}

function planSubject(
  { subjects }: RoleModel,
  scopes: ReadonlyMap<string, PlannedScope>,
  wanted: WantedSubject,
  { prune, problems, deletedClientIds }: PlanMaking,
): PlannedSubject {
  const stored = subjects.get(wanted.id)?.roles ?? [];
  // A role that goes is taken from everybody who holds it; that is told of the role.
  const lasting = stored.filter(
    ({ scope, roleId }) =>
      !deletedClientIds.has(scope) && (scopes.get(scope)?.after.roles.some(({ id }) => id === roleId) ?? false),
  );
  const given: GivenRole[] = [];
  const kept = new Set<string>();
  for (const [index, { client, name }] of wanted.roles.entries()) {
    const scope = scopes.get(scopeKeyOf(client));
    const role = scope?.after.roles.find((one) => one.name === name);
    if (scope === undefined || role === undefined) {
      problems.push(
        fieldErrorAt(`${wanted.pointer}/roles/${index}`, `names no role of ${client?.clientId ?? 'the realm'}`),
      );
    } else if (lasting.some(({ roleId }) => roleId === role.id)) kept.add(role.id);
    else given.push({ role, scope });
  }
  const taken = prune ? lasting.filter(({ roleId }) => !kept.has(roleId)) : [];
  return { id: wanted.id, wanted, held: stored, lasting, given, taken };
}
