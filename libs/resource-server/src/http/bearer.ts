import { AccessTokenError } from '../verification/access-token-error.js';

/** As much of a request as is looked at: of `node:http`, Express, and `request.raw` of Fastify alike. */
export interface RequestHeaders {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Names and values in turn, as they were sent: tells a header that came twice. */
  readonly rawHeaders?: readonly string[] | undefined;
}

const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

/**
 * The bearer token of a request (RFC 6750 §2.1). Tokens in the query or in a form are not looked for: they end up in logs.
 *
 * @throws AccessTokenError `missing_token`, or `invalid_request` for more than one or something that is none.
 */
export function bearerOf({ headers, rawHeaders }: RequestHeaders): string {
  const times = rawHeaders?.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'authorization').length ?? 0;
  const header = headers['authorization'];
  // Node takes the first of two; a proxy in front may have judged the other.
  if (times > 1 || (header !== undefined && typeof header !== 'string')) {
    throw new AccessTokenError('invalid_request', 'several_authorization_headers');
  }
  if (header === undefined || !/^bearer(?: |$)/i.test(header)) {
    throw new AccessTokenError('missing_token', header === undefined ? 'no_authorization' : 'other_scheme');
  }
  const token = BEARER.exec(header)?.[1];
  if (token === undefined) throw new AccessTokenError('invalid_request', 'no_bearer_token');
  return token;
}
