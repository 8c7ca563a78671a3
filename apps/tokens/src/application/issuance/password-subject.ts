import { UserSnapshot, userSnapshotKey, VerifyPassword, type SnapshotOf } from '#contracts';
import { AppError } from '#errors';
import type { MessageClient } from '#messaging';
import { formParameter } from '#oauth';
import type { IssuanceAttempt, RealmFacts, Subject } from './issuance-attempt.js';

const MAX_USERNAME_LENGTH = 255;
const MAX_PASSWORD_LENGTH = 1_024;

/**
 * The subject of `password` (RFC 6749 §4.3): the user whose password identity has verified. Whatever is wrong with the user
 * or the password gets one answer; the sign-in has an audit event of its own, which names the user only when there is one
 * (what was typed for a name may be a password).
 *
 * @throws AppError `invalid_request` for a missing parameter, `too_many_requests` after too many failures, `invalid_grant` for all else.
 */
export async function passwordSubject(
  attempt: IssuanceAttempt,
  realm: RealmFacts,
  messages: MessageClient,
): Promise<Subject> {
  const username = required(attempt, 'username');
  const password = required(attempt, 'password');
  if (username.length > MAX_USERNAME_LENGTH || password.length > MAX_PASSWORD_LENGTH) {
    throw refuse(attempt, 'credentials_too_long', null);
  }
  const verified = await messages.call(
    VerifyPassword,
    { realmId: realm.id, username, password, ip: attempt.request.peer.ip },
    attempt.context,
  );
  if (verified.outcome === 'refused') throw refuse(attempt, verified.reason, verified.userId);

  const { userId } = verified;
  const user = await attempt.view.read(UserSnapshot, userSnapshotKey(realm.id, userId));
  const problem = personProblem(user, realm.id, userId);
  if (problem !== null) throw refuse(attempt, problem, problem === 'unknown_user' ? null : userId);

  const subject: Subject = { id: userId, kind: 'user' };
  attempt.subject = subject;
  attempt.events.push(attempt.event({ type: 'user.authenticated', details: { method: 'password' } }));
  return subject;
}

/** Why nobody can act as this user, or null when it is a person of the realm who may sign in. */
export function personProblem(
  user: SnapshotOf<typeof UserSnapshot> | null,
  realmId: string,
  userId: string,
): 'unknown_user' | 'not_a_person' | 'user_disabled' | null {
  if (user === null || user.id !== userId || user.realmId !== realmId) return 'unknown_user';
  if (user.clientId !== null) return 'not_a_person';
  return user.enabled ? null : 'user_disabled';
}

function required(attempt: IssuanceAttempt, name: 'username' | 'password'): string {
  const value = formParameter(attempt.request.parameters, name);
  if (value === undefined) {
    throw new AppError('invalid_request', { detail: `The parameter ${name} is missing.`, reason: `${name}_missing` });
  }
  return value;
}

function refuse(attempt: IssuanceAttempt, reason: string, userId: string | null): AppError {
  attempt.claimedSubjectId = userId;
  attempt.events.push(
    attempt.event({ type: 'user.authenticated', outcome: 'failure', reason, details: { method: 'password' } }),
  );
  return new AppError('invalid_grant', { detail: 'The username or password is not valid.', reason });
}
