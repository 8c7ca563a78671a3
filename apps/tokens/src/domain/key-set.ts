import { hash } from 'node:crypto';
import type { SigningKey } from './signing-key.js';

/** Encodes a JWK Set (RFC 7517 §5) of public keys with a strong entity tag (RFC 9110 §8.8.3). */
export function encodeKeySet(keys: readonly SigningKey[]): { readonly body: string; readonly etag: string } {
  const body = JSON.stringify({
    keys: keys.map((key) => ({ ...key.publicJwk, use: 'sig', alg: key.algorithm, kid: key.kid })),
  });
  return { body, etag: `"${hash('sha256', body, 'base64url')}"` };
}
