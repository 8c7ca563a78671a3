import { parseStrictJsonObject } from './strict-json.js';

/** A token taken apart. Nothing of it is verified. */
export interface CompactToken {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
}

const SEGMENT = /^[A-Za-z0-9_-]+$/;

/**
 * Takes a JWT in the compact form apart (RFC 7515 §7.1): three segments in the one base64url spelling of their bytes, header and
 * payload JSON objects without repeated members.
 *
 * @throws SyntaxError for anything else.
 */
export function parseCompactToken(token: string): CompactToken {
  const segments = token.split('.', 4);
  const [header, payload, signature] = segments;
  if (segments.length !== 3 || header === undefined || payload === undefined || signature === undefined) {
    throw new SyntaxError('not three segments');
  }
  // The signature too: two spellings of one token would be two tokens to whatever remembers or blocks tokens.
  decode(signature);
  return { header: parseStrictJsonObject(decode(header)), payload: parseStrictJsonObject(decode(payload)) };
}

function decode(segment: string): Uint8Array {
  if (!SEGMENT.test(segment)) throw new SyntaxError('not base64url');
  const bytes = Buffer.from(segment, 'base64url');
  if (bytes.toString('base64url') !== segment) throw new SyntaxError('not the canonical base64url');
  return bytes;
}
