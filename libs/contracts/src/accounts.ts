import { Type } from '@sinclair/typebox';
import { Acknowledged, Actor, Uuid } from './common.js';
import { defineCall } from './contract.js';

const OfSubject = { realmId: Uuid, subjectId: Uuid };

/**
 * Asks whether somebody may get into an account: set its password, be shown a secret of its client. `forbidden` when it holds more at
 * the administration API than the actor does: they would hold it from then on.
 */
export const GuardAccount = defineCall({
  subject: 'roles.account.guard.v1',
  callers: ['registry', 'identity'],
  request: Type.Object({ actor: Actor, ...OfSubject }),
  reply: Acknowledged,
  deadlineMs: 3_000,
});

/**
 * Asks before a user of `master` can no longer sign in: `conflict` when nobody else who can holds `admin` there. For the next minute the
 * user does not count any more, so of several who ask about each other at once one is refused. Idempotent; to give up
 * the change needs nothing.
 */
export const WithdrawAdministrator = defineCall({
  subject: 'roles.administrator.withdraw.v1',
  callers: ['identity'],
  request: Type.Object(OfSubject),
  reply: Acknowledged,
  deadlineMs: 3_000,
});

/** Takes everything from a user that was deleted; from then on nobody can give them anything. Idempotent. */
export const RemoveSubjectRoles = defineCall({
  subject: 'roles.subject.remove.v1',
  callers: ['identity'],
  request: Type.Object(OfSubject),
  reply: Acknowledged,
});
