import { newAuditEvent } from '#audit-trail';
import type { AuditEvent, AuditEventType } from '#contracts';
import type { CallContext } from '#messaging';
import type { User } from '../domain/user.js';
import { clientIdentifierOf } from '../domain/username.js';

/** The record of what the product did to a user by itself. */
export function userEvent(
  type: AuditEventType,
  user: User,
  details: Readonly<Record<string, unknown>>,
  context: CallContext,
  now: Date,
): AuditEvent {
  return newAuditEvent(
    {
      type,
      realm: user.realmName,
      realmId: user.realmId,
      actor: { kind: 'system', id: null, client_id: null },
      clientId: user.clientId === null ? null : clientIdentifierOf(user.username),
      subjectId: user.id,
      target: { kind: 'user', id: user.id },
      details: { username: user.username, ...details },
    },
    context,
    now,
  );
}
