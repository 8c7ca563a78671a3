import { changesBetween } from '#audit-trail';
import { REALM_SCOPE, type ConfigurationChange } from '#contracts';
import type { PlannedScope } from '../domain/configured-scope.js';
import type { OwnPermission } from '../domain/permission-catalogue.js';
import { changedScopes, changedSubjects, type PlannedSubject, type RolePlan } from '../domain/role-plan.js';
import type { Role } from '../domain/role.js';
import { catalogueOf } from '../domain/snapshot-state.js';

type Facts = Readonly<Record<string, unknown>>;

/** What a plan changes, in the order in which it is done: scope by scope, then who holds what. */
export function rolePlanChanges(plan: RolePlan): ConfigurationChange[] {
  return [
    ...changedScopes(plan).flatMap(scopeChanges),
    ...changedSubjects(plan).map((subject) => subjectChange(subject, plan)),
  ];
}

/** A role as the audit log and plans show it; `when` says by which catalogue its bits are read. */
export function shownRole({ name, description, mask }: Role, scope: PlannedScope, when: 'before' | 'after'): Facts {
  return { name, description, permissions: catalogueOf(scope.key, scope[when].permissions).namesOf(mask) };
}

/** A permission as the audit log and plans show it. */
export function shownPermission({ name, description }: OwnPermission): Facts {
  return { name, description };
}

function scopeChanges(scope: PlannedScope): ConfigurationChange[] {
  const change = changeIn(scope);
  const { permissions, roles } = scope;
  return [
    ...permissions.added.map((one) => change('create', 'permission', one.name, {}, shownPermission(one))),
    ...permissions.changed.map(({ before, after }) =>
      change('update', 'permission', after.name, shownPermission(before), shownPermission(after)),
    ),
    ...roles.added.map((role) => change('create', 'role', role.name, {}, shownRole(role, scope, 'after'))),
    ...roles.changed.map(({ before, after }) =>
      change('update', 'role', after.name, shownRole(before, scope, 'before'), shownRole(after, scope, 'after')),
    ),
    ...roles.removed.map((role) => change('delete', 'role', role.name, shownRole(role, scope, 'before'), {})),
    ...permissions.removed.map((one) => change('delete', 'permission', one.name, shownPermission(one), {})),
  ];
}

function changeIn({ label }: PlannedScope) {
  return (
    action: ConfigurationChange['action'],
    kind: ConfigurationChange['kind'],
    name: string,
    { name: _before, ...before }: Facts,
    { name: _after, ...after }: Facts,
  ): ConfigurationChange => ({
    ...{ action, kind, name },
    ...(label === null ? {} : { client_id: label }),
    members: Object.entries(changesBetween(before, after)).map(([member, values]) => ({ name: member, ...values })),
  });
}

/** Roles that go with their client, or by themselves, are told of those. */
function subjectChange({ wanted, lasting, given, taken }: PlannedSubject, { scopes }: RolePlan): ConfigurationChange {
  const named = (key: string, role: string): string | { client_id: string; role: string } =>
    key === REALM_SCOPE ? role : { client_id: scopes.get(key)?.label ?? '', role };
  const before = lasting.map(({ scope, roleName }) => named(scope, roleName));
  const gone = new Set(taken);
  const after = [
    ...lasting.filter((one) => !gone.has(one)).map(({ scope, roleName }) => named(scope, roleName)),
    ...given.map(({ role, scope }) => named(scope.key, role.name)),
  ];
  return {
    action: 'update',
    kind: wanted.kind,
    name: wanted.name,
    members: [{ name: 'roles', before: inOrder(before), after: inOrder(after) }],
  };
}

function inOrder<T>(names: readonly T[]): readonly T[] {
  const text = (name: T): string => JSON.stringify(name);
  return names.toSorted((left, right) => (text(left) < text(right) ? -1 : 1));
}
