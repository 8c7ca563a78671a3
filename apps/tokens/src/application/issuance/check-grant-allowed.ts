import { GRANT_TYPES, REALM_MANAGEMENT_CLIENT_ID, type GrantType } from '#contracts';
import { AppError } from '#errors';
import { requireGrantType } from '#oauth';
import type { ClientFacts, IssuanceAttempt } from './issuance-attempt.js';

/**
 * The grant type, if this client may use it. `client_credentials` is for confidential clients with a service account (RFC 6749
 * §4.4: "MUST only be used by confidential clients"), `password` for those with direct access grants; the API of a realm is a
 * client only to be an audience and uses none.
 *
 * @throws AppError `invalid_request`, `unsupported_grant_type`, `unauthorized_client`.
 */
export function checkGrantAllowed(attempt: IssuanceAttempt, client: ClientFacts): GrantType {
  const grantType = requireGrantType(attempt.request.parameters, GRANT_TYPES);
  attempt.grantType = grantType;
  requireGrantAllowed(client, grantType);
  return grantType;
}

/** @throws AppError `unauthorized_client` unless the client may use this grant. */
export function requireGrantAllowed(client: ClientFacts, grantType: GrantType): void {
  if (client.clientId !== REALM_MANAGEMENT_CLIENT_ID && allows(client, grantType)) return;
  throw new AppError('unauthorized_client', {
    detail: 'The client may not use this grant_type.',
    reason: 'grant_not_allowed',
  });
}

function allows(client: ClientFacts, grantType: GrantType): boolean {
  switch (grantType) {
    case 'client_credentials':
      return client.clientType === 'confidential' && !client.publicClient && client.serviceAccountEnabled;
    case 'password':
      return client.directAccessGrantsEnabled;
  }
}
