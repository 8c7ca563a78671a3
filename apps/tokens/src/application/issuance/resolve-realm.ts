import { holdsSecret } from '#audit-trail';
import { RealmSnapshot } from '#contracts';
import { AppError } from '#errors';
import { isRealmName } from '../../domain/issuers.js';
import type { IssuanceAttempt, RealmFacts } from './issuance-attempt.js';

/**
 * The realm of the path. A disabled one issues nothing to anybody: `unauthorized_client`, told openly, because whoever asks
 * is no nearer to a token by knowing it.
 *
 * @throws AppError `not_found` for no such realm.
 */
export async function resolveRealm(
  attempt: Pick<IssuanceAttempt, 'view' | 'realm'> & { readonly request: { readonly realm: string } },
): Promise<RealmFacts> {
  const name = attempt.request.realm;
  // A secret in place of the realm is not looked for: that would leave it in the cache.
  const realm = isRealmName(name) && !holdsSecret(name) ? await attempt.view.read(RealmSnapshot, name) : null;
  if (realm?.name !== name) {
    throw new AppError('not_found', { detail: 'There is no such realm.', reason: 'unknown_realm' });
  }
  attempt.realm = realm;
  if (!realm.enabled) {
    throw new AppError('unauthorized_client', { detail: 'The realm is disabled.', reason: 'realm_disabled' });
  }
  return realm;
}
