import { newAuditEvent } from '#audit-trail';
import type { AuditDetails, AuditEvent, Peer } from '#contracts';
import type { CallContext } from '#messaging';
import type { UsableRole } from './usable-role.js';

/** The actor of what the product does by itself. */
export const SYSTEM_ACTOR = { kind: 'system', id: null, client_id: null } as const satisfies AuditEvent['actor'];

/** The record of a role that was given or taken. */
export function assignmentEvent(
  facts: {
    readonly type: 'role.assigned' | 'role.unassigned';
    readonly actor: AuditEvent['actor'];
    readonly peer: Peer | null;
    readonly subjectId: string;
    readonly granted: Pick<UsableRole, 'realm' | 'scope'> & {
      readonly role: { readonly id: string; readonly name: string };
    };
    readonly cause?: AuditDetails<'role.unassigned'>['cause'];
  },
  context: CallContext,
  now: Date,
): AuditEvent {
  const { realm, scope, role } = facts.granted;
  const cause = facts.cause === undefined ? {} : { cause: facts.cause };
  return newAuditEvent(
    {
      type: facts.type,
      realm: realm.realmName,
      realmId: realm.realmId,
      actor: facts.actor,
      peer: facts.peer,
      clientId: scope === realm ? null : scope.audience,
      subjectId: facts.subjectId,
      target: { kind: 'role', id: role.id },
      details: { scope: scope.scope, role: role.name, ...cause },
    },
    context,
    now,
  );
}
