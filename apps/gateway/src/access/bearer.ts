import type { IncomingMessage } from 'node:http';
import { AppError } from '#errors';

/** What the `Authorization` header says (RFC 6750 §2.1). */
export type Bearer =
  | { readonly kind: 'token'; readonly token: string }
  /** No header, or another scheme: no authentication was tried (RFC 6750 §3.1). */
  | { readonly kind: 'absent' }
  | { readonly kind: 'malformed' };

const BEARER = /^bearer(?: +(.*))?$/i;
const B64_TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;
/** What the contract carries. */
const MAX_TOKEN_LENGTH = 16_384;

/** Reads the bearer token; only the header counts, never the query or the body. */
export function bearerOf(request: Pick<IncomingMessage, 'headers' | 'rawHeaders'>): Bearer {
  const header = authorizationOf(request);
  const match = header === undefined ? null : BEARER.exec(header);
  if (match === null) return { kind: 'absent' };
  const token = match[1] ?? '';
  return B64_TOKEN.test(token) && token.length <= MAX_TOKEN_LENGTH ? { kind: 'token', token } : { kind: 'malformed' };
}

/**
 * The one `Authorization` header.
 *
 * @throws AppError `invalid_request` for two of them: Node keeps the first, a proxy before it may have judged the other.
 */
export function authorizationOf(request: Pick<IncomingMessage, 'headers' | 'rawHeaders'>): string | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  let count = 0;
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] ?? '';
    if (name.length === 13 && name.toLowerCase() === 'authorization') count += 1;
  }
  if (count > 1) {
    const detail = 'There is more than one Authorization header.';
    throw new AppError('invalid_request', { detail, reason: 'authorization_malformed' });
  }
  return header;
}
