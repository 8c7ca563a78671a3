import { clientAuthenticationFailed, type ClientAuthentication } from '#oauth';
import { matchSecret } from '../../domain/client-secret.js';
import type { ClientFacts, IssuanceAttempt } from './issuance-attempt.js';

/**
 * Authenticates the client (RFC 6749 §2.3, §3.2.1). An unknown client, a wrong or expired secret, a disabled client and the
 * wrong method for a client get one answer after the same work; only the record tells them apart.
 *
 * @throws AppError `invalid_client`.
 */
export function authenticateClient(
  attempt: IssuanceAttempt,
  client: ClientFacts | null,
  presented: ClientAuthentication,
): ClientFacts {
  const secret = presented.method === 'none' ? null : matchSecret(client, presented.clientSecret, attempt.now);
  attempt.secretId = secret?.secretId ?? null;
  if (client === null) throw clientAuthenticationFailed('unknown_client');
  if (secret === null) {
    // "none" identifies, it proves nothing: only for clients that cannot keep a secret.
    if (!client.publicClient) throw clientAuthenticationFailed('secret_missing');
  } else {
    // What a public client presents cannot be verified, so it is not waved through either.
    if (client.publicClient) throw clientAuthenticationFailed('public_client_with_secret');
    if (secret.outcome !== 'matched') {
      throw clientAuthenticationFailed(secret.outcome === 'expired' ? 'secret_expired' : 'wrong_secret');
    }
  }
  if (!client.enabled) throw clientAuthenticationFailed('client_disabled');
  attempt.client = client;
  return client;
}
