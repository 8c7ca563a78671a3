import { auditActor, changesBetween } from '#audit-trail';
import type { Actor, AuditEvent } from '#contracts';
import type { CallContext } from '#messaging';
import type { PlannedScope } from '../domain/configured-scope.js';
import type { PlannedSubject } from '../domain/role-plan.js';
import type { Scope } from '../domain/role-store.js';
import { administrationEvent } from './administration-event.js';
import { assignmentEvent } from './assignment-event.js';
import { shownPermission, shownRole } from './role-plan-changes.js';

/** Who applies a plan, when, and on whose behalf. */
export interface Cause {
  readonly actor: Actor;
  readonly context: CallContext;
  readonly now: Date;
}

/** The records of what changes in one scope: the same as if each change had been made alone. */
export function scopeEvents(planned: PlannedScope, scope: Scope, { actor, context, now }: Cause): AuditEvent[] {
  const event = (
    type: Parameters<typeof administrationEvent>[0]['type'],
    targetId: string,
    details: Readonly<Record<string, unknown>>,
  ): AuditEvent => administrationEvent({ type, actor, scope, targetId, details }, context, now);
  const { permissions, roles } = planned;
  return [
    ...permissions.added.map((one) =>
      event('permission.created', one.name, { permission: one.name, bit: one.bit, description: one.description }),
    ),
    ...permissions.changed.map(({ before, after }) => {
      const changes = changesBetween(shownPermission(before), shownPermission(after));
      return event('permission.updated', before.name, { permission: after.name, changes });
    }),
    ...roles.added.map((role) => {
      const { permissions: names, description } = shownRole(role, planned, 'after');
      return event('role.created', role.id, { role: role.name, description, permissions: names });
    }),
    ...roles.changed.map(({ before, after }) => {
      const changes = changesBetween(shownRole(before, planned, 'before'), shownRole(after, planned, 'after'));
      return event('role.updated', after.id, { role: after.name, changes });
    }),
    ...roles.removed.map((role) => {
      const { permissions: names, description } = shownRole(role, planned, 'before');
      return event('role.deleted', role.id, { role: role.name, description, permissions: names });
    }),
    ...permissions.removed.map((one) =>
      event('permission.deleted', one.name, { permission: one.name, bit: one.bit, description: one.description }),
    ),
  ];
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
