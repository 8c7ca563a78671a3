import { randomText } from './random-text.js';

/** Without the pairs that people mix up when they read or type: no 0/o, no 1/l/i. */
const READABLE = '23456789abcdefghjkmnpqrstuvwxyz';
const GROUPS = 4;
const GROUP_LENGTH = 4;

/** Longest `client_id`, in characters. */
export const CLIENT_ID_MAX_LENGTH = 255;

/** Makes a `client_id` such as `k7m2-9xqp-w4td-h8nc`: 79 random bits, unique without asking anybody. */
export function makeClientId(): string {
  return Array.from({ length: GROUPS }, () => randomText(READABLE, GROUP_LENGTH)).join('-');
}

/**
 * Says why a `client_id` is not acceptable, or null when it is. RFC 6749 appendix A.1 allows VSCHAR (0x20–0x7e); the space is
 * left out because it cannot be seen at the ends of a value.
 */
export function clientIdProblem(clientId: string): string | null {
  if (clientId.length === 0) return 'must not be empty';
  if (clientId.length > CLIENT_ID_MAX_LENGTH) return `must have at most ${CLIENT_ID_MAX_LENGTH} characters`;
  if (!/^[\x21-\x7e]+$/.test(clientId)) return 'must consist of printable ASCII characters without spaces';
  if (/chs_[0-9A-Za-z]{20}/.test(clientId)) return 'must not have the form of a client secret';
  // A token for nobody in particular has the issuer in its audience: no API may be taken for that.
  if (/^https?:.*\/realms\/[^/]+\/*$/i.test(clientId)) return "must not have the form of a realm's issuer";
  return null;
}
