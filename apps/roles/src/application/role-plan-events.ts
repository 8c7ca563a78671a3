import { auditActor, changesBetween } from '#audit-trail';
import type { Actor, AuditEvent } from '#contracts';
import type { CallContext } from '#messaging';
import type { PlannedScope } from '../domain/configured-scope.js';
import { maskOf } from '../domain/mask.js';
import type { PlannedSubject } from '../domain/role-plan.js';
import type { Scope } from '../domain/role-store.js';
import type { Role } from '../domain/role.js';
import { catalogueOf } from '../domain/snapshot-state.js';
import { administrationEvent } from './administration-event.js';
import { assignmentEvent } from './assignment-event.js';
import { shownPermission, shownRole } from './role-plan-changes.js';

/** Who applies a plan, when, and on whose behalf. */
export interface Cause {
  readonly actor: Actor;
  readonly context: CallContext;
  readonly now: Date;
}

/**
 * The records of what changes in one scope: the same as if each change had been made alone.
 *
 * @param holders How many held each role that goes, by its id.
 */
export function scopeEvents(
  planned: PlannedScope,
  scope: Scope,
  holders: ReadonlyMap<string, number>,
  { actor, context, now }: Cause,
): AuditEvent[] {
  const { permissions, roles } = planned;
  const about = { actor, scope } as const;
  const event = <T extends Parameters<typeof administrationEvent>[0]['type']>(
    facts: Parameters<typeof administrationEvent<T>>[0],
  ): AuditEvent => administrationEvent<T>(facts, context, now);
  return [
    ...permissions.added.map(({ name, bit, description }) =>
      event({
        ...{ ...about, type: 'permission.created', targetId: name },
        details: { permission: name, bit, description },
      }),
    ),
    ...permissions.changed.map(({ before, after }) =>
      event({
        ...{ ...about, type: 'permission.updated', targetId: before.name },
        details: {
          ...{ permission: after.name, bit: after.bit },
          changes: changesBetween(shownPermission(before), shownPermission(after)),
        },
      }),
    ),
    ...roles.added.map((role) =>
      event({
        ...{ ...about, type: 'role.created', targetId: role.id },
        details: { role: role.name, description: role.description, permissions: permissionsOf(role, planned, 'after') },
      }),
    ),
    ...roles.changed.map(({ before, after }) =>
      event({
        ...{ ...about, type: 'role.updated', targetId: after.id },
        details: {
          role: after.name,
          changes: changesBetween(shownRole(before, planned, 'before'), shownRole(after, planned, 'after')),
        },
      }),
    ),
    ...roles.removed.map((role) =>
      event({
        ...{ ...about, type: 'role.deleted', targetId: role.id },
        details: {
          ...{ role: role.name, permissions: permissionsOf(role, planned, 'before') },
          holders: holders.get(role.id) ?? 0,
        },
      }),
    ),
    ...permissions.removed.map(({ name, bit }) =>
      event({
        ...{ ...about, type: 'permission.deleted', targetId: name },
        details: { permission: name, bit, taken_from_roles: narrowedBy(planned, bit) },
      }),
    ),
  ];
}

function permissionsOf(role: Role, scope: PlannedScope, when: 'before' | 'after'): string[] {
  return catalogueOf(scope.key, scope[when].permissions).namesOf(role.mask);
}

function narrowedBy({ roles }: PlannedScope, bit: number): number {
  const mask = maskOf([bit]);
  return roles.changed.filter(({ before, after }) => (before.mask & mask) !== 0n && (after.mask & mask) === 0n).length;
}

/** The records of what one subject is given and loses. */
export function subjectEvents(
  { id, given, taken }: PlannedSubject,
  scopes: ReadonlyMap<string, Scope>,
  realm: Scope,
  { actor, context, now }: Cause,
): AuditEvent[] {
  const event = (type: 'role.assigned' | 'role.unassigned', scope: string, role: { id: string; name: string }) =>
    assignmentEvent(
      {
        ...{ type, actor: auditActor(actor), peer: actor.peer, subjectId: id },
        granted: { realm, scope: scopes.get(scope) ?? realm, role },
      },
      context,
      now,
    );
  return [
    ...given.map(({ role, scope }) => event('role.assigned', scope.key, role)),
    ...taken.map(({ scope, roleId, roleName }) => event('role.unassigned', scope, { id: roleId, name: roleName })),
  ];
}
