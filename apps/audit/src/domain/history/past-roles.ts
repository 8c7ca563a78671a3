import { REALM_SCOPE, type EventReference } from '#contracts';
import { changeOf, referenceTo, textAt, textsAt, type RecordedEvent } from './recorded-event.js';

/** The events that tell what roles there are and what they grant. */
export const ROLE_EVENTS = ['role.created', 'role.updated', 'role.deleted'] as const;
/** The events that tell how a catalogue changes under its roles. */
export const PERMISSION_EVENTS = ['permission.updated', 'permission.deleted'] as const;
/** The events that tell who holds which roles. */
export const ASSIGNMENT_EVENTS = ['role.assigned', 'role.unassigned'] as const;

/** A role as it was. */
export interface PastRole {
  readonly id: string;
  /** `realm`, or the UUID of the client whose role it is. */
  readonly scope: string;
  /** The `client_id` that the scope had when the last event about the role was recorded; null for the realm's. */
  readonly scopeName: string | null;
  readonly name: string;
  /** What it grants, and since which event. */
  readonly permissions: ReadonlyMap<string, EventReference>;
  /** Null when the log does not hold its beginning. */
  readonly created: EventReference | null;
}

/** A role that was given. */
export interface PastAssignment {
  readonly roleId: string;
  readonly roleName: string;
  readonly scope: string;
  readonly event: EventReference;
}

interface Role {
  id: string;
  scope: string;
  scopeName: string | null;
  name: string;
  permissions: Map<string, EventReference>;
  created: EventReference | null;
}

/** The roles of some events, which are in the order of their ids: those that were there, and the ids of those that were gone. */
export function pastRoles(events: readonly RecordedEvent[]): {
  readonly present: ReadonlyMap<string, PastRole>;
  readonly deleted: ReadonlySet<string>;
} {
  const present = new Map<string, Role>();
  const deleted = new Set<string>();
  for (const event of events) {
    if (event.type.startsWith('permission.')) changePermission(present, event);
    else if (event.type === 'role.deleted') deleted.add(event.target?.id ?? '');
    else changeRole(present, event);
  }
  // Ids are never used again: what was deleted stays so, whatever the clocks of two replicas made of the order.
  for (const id of deleted) present.delete(id);
  return { present, deleted };
}

/** What a subject held after these events, which are in the order of their ids. */
export function pastAssignments(events: readonly RecordedEvent[]): readonly PastAssignment[] {
  const held = new Map<string, PastAssignment>();
  for (const event of events) {
    const roleId = event.target?.id ?? '';
    if (event.type === 'role.unassigned') held.delete(roleId);
    else {
      held.set(roleId, {
        roleId,
        roleName: textAt(event.details, 'role') ?? roleId,
        scope: scopeOf(event),
        event: referenceTo(event),
      });
    }
  }
  return [...held.values()];
}

function changeRole(roles: Map<string, Role>, event: RecordedEvent): void {
  const id = event.target?.id ?? '';
  const created = event.type === 'role.created';
  const role = roles.get(id) ?? {
    ...{ id, scope: scopeOf(event), scopeName: event.client_id, name: id },
    ...{ permissions: new Map<string, EventReference>(), created: null },
  };
  const granted = created ? textsAt(event.details, 'permissions') : textsAt(changeOf(event, 'permissions'), 'after');
  const reference = referenceTo(event);
  roles.set(id, {
    ...role,
    scopeName: event.client_id,
    name: textAt(event.details, 'role') ?? role.name,
    permissions:
      granted === undefined
        ? role.permissions
        : new Map(granted.map((name) => [name, role.permissions.get(name) ?? reference])),
    created: created ? reference : role.created,
  });
}

/** Roles hold bits of their catalogue: renaming a permission renames what each of them grants. */
function changePermission(roles: Map<string, Role>, event: RecordedEvent): void {
  const scope = scopeOf(event);
  const renaming = changeOf(event, 'name');
  const before = event.type === 'permission.deleted' ? event.target?.id : textAt(renaming, 'before');
  if (before === undefined) return;
  const after = event.type === 'permission.deleted' ? undefined : textAt(renaming, 'after');
  for (const role of roles.values()) {
    if (role.scope !== scope || !role.permissions.delete(before) || after === undefined) continue;
    role.permissions.set(after, referenceTo(event));
  }
}

function scopeOf(event: RecordedEvent): string {
  return textAt(event.details, 'scope') ?? REALM_SCOPE;
}
