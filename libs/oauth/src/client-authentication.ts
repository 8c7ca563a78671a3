import { AppError } from '#errors';
import { parseBasicCredentials } from './basic-credentials.js';
import { formParameter, type FormParameters } from './form-parameter.js';

/** How clients authenticate at the token endpoint; metadata advertises exactly these (RFC 7591 §2). */
export const CLIENT_AUTHENTICATION_METHODS = ['client_secret_basic', 'client_secret_post', 'none'] as const;
/** A way to authenticate a client. */
export type ClientAuthenticationMethod = (typeof CLIENT_AUTHENTICATION_METHODS)[number];

/** What a request presents to authenticate its client. Nothing of it is verified yet. */
export type ClientAuthentication =
  | {
      readonly method: 'client_secret_basic' | 'client_secret_post';
      readonly clientId: string;
      readonly clientSecret: string;
    }
  | { readonly method: 'none'; readonly clientId: string };

/**
 * The one answer for an unknown client, a wrong secret and a disabled client: they must look the same, so only `reason`
 * (for log and audit) tells them apart.
 */
export function clientAuthenticationFailed(reason: string): AppError {
  return new AppError('invalid_client', { detail: 'Client authentication failed.', reason });
}

/**
 * Finds the one way by which a request authenticates its client (RFC 6749 §2.3, §2.3.1, §3.2.1).
 *
 * @param authorization the raw `Authorization` header, or null
 * @throws AppError `invalid_request` for more than one way ("The client MUST NOT use more than one authentication method
 *   in each request"); `invalid_client` for none at all, a scheme other than Basic, malformed Basic credentials, and methods
 *   this server does not offer.
 */
export function parseClientAuthentication(
  authorization: string | null,
  parameters: FormParameters,
): ClientAuthentication {
  const clientId = formParameter(parameters, 'client_id');
  const clientSecret = formParameter(parameters, 'client_secret');
  const asserts =
    formParameter(parameters, 'client_assertion') !== undefined ||
    formParameter(parameters, 'client_assertion_type') !== undefined;

  const ways = (authorization === null ? 0 : 1) + (clientSecret === undefined ? 0 : 1) + (asserts ? 1 : 0);
  if (ways > 1) {
    throw new AppError('invalid_request', {
      detail: 'The request authenticates the client in more than one way.',
      reason: 'multiple_client_authentication_methods',
    });
  }
  if (asserts) {
    throw new AppError('invalid_client', {
      detail: 'Client assertions are not supported.',
      reason: 'client_assertion_unsupported',
    });
  }
  if (authorization !== null) return fromAuthorization(authorization, clientId);
  if (clientId === undefined) {
    throw new AppError('invalid_client', {
      detail: 'The request names no client.',
      reason: 'client_authentication_missing',
    });
  }
  if (CONTROL_CHARACTER.test(clientId)) {
    throw new AppError('invalid_client', { detail: 'The client_id is malformed.', reason: 'client_id_malformed' });
  }
  return clientSecret === undefined
    ? { method: 'none', clientId }
    : { method: 'client_secret_post', clientId, clientSecret };
}

/** RFC 6749 §A.1: an identifier is `*VSCHAR`; what is worse than other scripts is what breaks logs and stores. */
const CONTROL_CHARACTER = /\p{Cc}/u;
const AUTHORIZATION = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?: +(.*))?$/s;

function fromAuthorization(authorization: string, bodyClientId: string | undefined): ClientAuthentication {
  const [, scheme, token] = AUTHORIZATION.exec(authorization) ?? [];
  if (scheme?.toLowerCase() !== 'basic') {
    throw new AppError('invalid_client', {
      detail: 'The Authorization header must use the Basic scheme.',
      reason: 'authorization_scheme_unsupported',
    });
  }
  const credentials = parseBasicCredentials(token ?? '');
  if (credentials === null) {
    throw new AppError('invalid_client', {
      detail: 'The Basic credentials are malformed.',
      reason: 'basic_credentials_malformed',
    });
  }
  // A `client_id` beside Basic is no second method as long as it names the same client.
  if (bodyClientId !== undefined && bodyClientId !== credentials.clientId) {
    throw new AppError('invalid_request', {
      detail: 'The client_id of the form is not the one that authenticates.',
      reason: 'client_id_mismatch',
    });
  }
  return { method: 'client_secret_basic', ...credentials };
}

/**
 * Which client a request claims to be, also when it does not authenticate it in any way that can be told: for the record. What it
 * says in `Authorization` comes before what it says in its form. Null when it says nothing that could be one.
 */
export function claimedClientId(authorization: string | null, parameters: FormParameters): string | null {
  const [, scheme, token = ''] = AUTHORIZATION.exec(authorization ?? '') ?? [];
  const basic = scheme?.toLowerCase() === 'basic' ? parseBasicCredentials(token) : null;
  const claimed = basic?.clientId ?? formParameter(parameters, 'client_id') ?? null;
  return claimed === null || CONTROL_CHARACTER.test(claimed) ? null : claimed;
}
