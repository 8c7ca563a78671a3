import { GRANT_TYPES, type SigningAlgorithm } from '#contracts';
import { CLIENT_AUTHENTICATION_METHODS } from '#oauth';

/**
 * A realm's metadata: RFC 8414 §2 and OIDC Discovery 1.0 §3 in one document. It tells only what works, so what needs an
 * authorization endpoint is absent and `response_types_supported` (required) is empty.
 */
export function encodeMetadata(issuer: string, algorithm: SigningAlgorithm): string {
  const protocol = `${issuer}/protocol/openid-connect`;
  return JSON.stringify({
    issuer,
    token_endpoint: `${protocol}/token`,
    jwks_uri: `${protocol}/certs`,
    grant_types_supported: GRANT_TYPES,
    token_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION_METHODS,
    response_types_supported: [],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [algorithm],
  });
}
