import type { IncomingMessage } from 'node:http';

/** Of these Node keeps the first and says nothing; a proxy before it may have judged by the other. */
const SINGLETONS: ReadonlySet<string> = new Set(['host', 'content-type']);

/**
 * Whether a header field that may be there once is repeated. RFC 9112 §3.2: "A server MUST respond with a 400 (Bad Request)
 * status code to any HTTP/1.1 request message that lacks a Host header field and to any request message that contains more
 * than one Host header field line". `Authorization` is looked at where it is read.
 */
export function hasRepeatedField({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): boolean {
  let seen = '';
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const { length } = rawHeaders[index] ?? '';
    // The lengths of the two names: all others are not worth a comparison.
    if (length !== 4 && length !== 12) continue;
    const name = (rawHeaders[index] ?? '').toLowerCase();
    if (!SINGLETONS.has(name)) continue;
    if (seen.includes(name)) return true;
    seen += ` ${name}`;
  }
  return false;
}
