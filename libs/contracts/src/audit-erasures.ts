import { Type } from '@sinclair/typebox';
import { Actor, Uuid } from './common.js';
import { defineCall } from './contract.js';

/**
 * Erases the personal part of every event of a realm in which somebody acts, is the subject or is the target. What one call
 * does not get through is finished in the background, whatever dies meanwhile. Doing it again erases what has come since. `not_found` when the log tells nothing of them.
 */
export const EraseAuditPersonalData = defineCall({
  subject: 'audit.personal_data.erase.v1',
  /** The service itself goes on with what is left. */
  callers: ['gateway', 'audit'],
  request: Type.Object({
    actor: Actor,
    realm: Type.String(),
    realmId: Uuid,
    subjectId: Uuid,
    reason: Type.String({ minLength: 1, maxLength: 500 }),
  }),
  /** `erased`: how many events lost their personal part by this call. Not `finished`: more will, without being asked again. */
  reply: Type.Object({ erased: Type.Integer({ minimum: 0 }), finished: Type.Boolean() }),
  deadlineMs: 25_000,
});
