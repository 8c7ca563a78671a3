import { newAuditEvent } from '#audit-trail';
import type { AuditDetails, AuditEvent } from '#contracts';
import type { CallContext } from '#messaging';
import type { User } from '../domain/user.js';
import { clientIdentifierOf } from '../domain/username.js';

type Type = 'user.created' | 'service_account.created' | 'service_account.updated' | 'service_account.deleted';

/** The record of what the product did to a user by itself. */
export function userEvent<T extends Type>(
  type: T,
  user: User,
  details: Omit<AuditDetails<T>, 'username'>,
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
      details: { username: user.username, ...details } as AuditDetails<T>,
    },
    context,
    now,
  );
}
