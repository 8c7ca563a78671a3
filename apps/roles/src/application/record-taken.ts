import { REALM_SCOPE } from '#contracts';
import type { CallContext } from '#messaging';
import type { HeldRole, RoleTransaction, Subject } from '../domain/role-store.js';
import { assignmentEvent, SYSTEM_ACTOR } from './assignment-event.js';

/** Records that the product itself has taken a role from somebody, and why. Nothing for a realm that is gone. */
export async function recordTaken(
  transaction: RoleTransaction,
  { realmId, subjectId }: Subject,
  held: HeldRole,
  cause: 'client_deleted' | 'user_deleted',
  context: CallContext,
  now: Date,
): Promise<void> {
  const realm = await transaction.lockScope({ realmId, scope: REALM_SCOPE }, 'use');
  if (realm === null) return;
  const own = held.scope === REALM_SCOPE ? realm : await transaction.lockScope({ realmId, scope: held.scope }, 'use');
  await transaction.record(
    assignmentEvent(
      {
        type: 'role.unassigned',
        actor: SYSTEM_ACTOR,
        peer: null,
        subjectId,
        granted: { realm, scope: own ?? realm, role: { id: held.roleId, name: held.roleName } },
        cause,
      },
      context,
      now,
    ),
  );
}
