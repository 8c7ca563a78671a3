import { auditActor, newAuditEvent } from '#audit-trail';
import type { Actor, AuditDetails, AuditEvent } from '#contracts';
import type { CallContext } from '#messaging';
import type { User } from '../domain/user.js';
import { clientIdentifierOf } from '../domain/username.js';

type Type =
  | 'user.created'
  | 'user.updated'
  | 'user.deleted'
  | 'user.password_changed'
  | 'service_account.created'
  | 'service_account.updated'
  | 'service_account.deleted';

/** The record of what happened to a user: by an administrator, or, without one, by the product itself. */
export function userEvent<T extends Type>(
  type: T,
  user: User,
  details: Omit<AuditDetails<T>, 'username'>,
  context: CallContext,
  now: Date,
  actor: Actor | null = null,
): AuditEvent {
  return newAuditEvent(
    {
      type,
      realm: user.realmName,
      realmId: user.realmId,
      actor: actor === null ? { kind: 'system', id: null, client_id: null } : auditActor(actor),
      peer: actor?.peer ?? null,
      clientId: user.clientId === null ? null : clientIdentifierOf(user.username),
      subjectId: user.id,
      target: { kind: 'user', id: user.id },
      details: { username: user.username, ...details } as AuditDetails<T>,
    },
    context,
    now,
  );
}
