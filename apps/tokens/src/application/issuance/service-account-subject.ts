import { AssignmentsSnapshot, assignmentsSnapshotKey, UserSnapshot, userSnapshotKey } from '#contracts';
import { AppError } from '#errors';
import type { ClientFacts, IssuanceAttempt, RealmFacts, Subject } from './issuance-attempt.js';

/**
 * The subject of `client_credentials`: the client's own service account, which must exist, be this client's and be enabled.
 *
 * @throws AppError `unauthorized_client`: the client is who it says, but has nobody to act as.
 */
export async function serviceAccountSubject(
  attempt: Pick<IssuanceAttempt, 'view' | 'subject'>,
  realm: RealmFacts,
  client: ClientFacts,
): Promise<Subject> {
  const userId = client.serviceAccountUserId;
  // In the same round trip: whoever is let in as this user is asked for their roles next.
  if (userId !== null) void attempt.view.read(AssignmentsSnapshot, assignmentsSnapshotKey(realm.id, userId));
  const user = userId === null ? null : await attempt.view.read(UserSnapshot, userSnapshotKey(realm.id, userId));
  if (user === null || user.id !== userId || user.realmId !== realm.id || user.clientId !== client.id) {
    throw unusable('service_account_missing');
  }
  if (!user.enabled) throw unusable('service_account_disabled');
  const subject: Subject = { id: user.id, kind: 'service_account' };
  attempt.subject = subject;
  return subject;
}

function unusable(reason: string): AppError {
  return new AppError('unauthorized_client', { detail: 'The client has no usable service account.', reason });
}
