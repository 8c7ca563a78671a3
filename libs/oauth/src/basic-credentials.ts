/** What an `Authorization: Basic` header says. The secret may be empty. */
export interface BasicCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** RFC 7617 §2: "The user-id and password MUST NOT contain any control characters". */
const CONTROL_CHARACTER = /\p{Cc}/u;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes the credentials after the word `Basic` (RFC 7617 §2). RFC 6749 §2.3.1: "The client identifier is encoded using the
 * `application/x-www-form-urlencoded` encoding algorithm […] and the encoded value is used as the username; the client
 * password is encoded using the same algorithm and used as the password." So a colon of an identifier arrives as `%3A`, and
 * the first plain colon parts the two.
 *
 * @returns null for anything malformed: base64 that is not canonical, no colon, bytes that are not UTF-8, a broken percent
 *   escape, control characters, or an empty identifier.
 */
export function parseBasicCredentials(token: string): BasicCredentials | null {
  if (token === '' || !BASE64.test(token)) return null;
  const bytes = Buffer.from(token, 'base64');
  // Base64 with stray bits after the last byte decodes as well; two spellings of one credential are one too many.
  if (bytes.toString('base64') !== token) return null;
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return null;
  }
  const colon = text.indexOf(':');
  if (colon < 1) return null;
  const clientId = formDecode(text.slice(0, colon));
  const clientSecret = formDecode(text.slice(colon + 1));
  if (clientId === null || clientId === '' || clientSecret === null) return null;
  return { clientId, clientSecret };
}

function formDecode(encoded: string): string | null {
  let decoded = encoded;
  if (encoded.includes('%') || encoded.includes('+')) {
    try {
      decoded = decodeURIComponent(encoded.replaceAll('+', ' '));
    } catch {
      return null;
    }
  }
  return CONTROL_CHARACTER.test(decoded) ? null : decoded;
}
