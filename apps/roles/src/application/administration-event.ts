import { auditActor, newAuditEvent } from '#audit-trail';
import { REALM_SCOPE, type Actor, type AuditDetails, type AuditEvent } from '#contracts';
import type { CallContext } from '#messaging';
import type { Scope } from '../domain/role-store.js';

type Type =
  'role.created' | 'role.updated' | 'role.deleted' | 'permission.created' | 'permission.updated' | 'permission.deleted';

/** The record of a change of a scope's roles or permissions. */
export function administrationEvent<T extends Type>(
  facts: {
    readonly type: T;
    readonly actor: Actor;
    readonly scope: Scope;
    /** The role's id, or the permission's name. */
    readonly targetId: string;
    readonly details: Omit<AuditDetails<T>, 'scope'>;
  },
  context: CallContext,
  now: Date,
): AuditEvent {
  const { type, actor, scope, targetId, details } = facts;
  return newAuditEvent(
    {
      type,
      realm: scope.realmName,
      realmId: scope.realmId,
      actor: auditActor(actor),
      peer: actor.peer,
      clientId: scope.scope === REALM_SCOPE ? null : scope.audience,
      target: { kind: type.startsWith('role.') ? 'role' : 'permission', id: targetId },
      details: { scope: scope.scope, ...details } as AuditDetails<T>,
    },
    context,
    now,
  );
}
