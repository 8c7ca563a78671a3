import { AppError } from '#errors';
import { isUtf8 } from 'node:buffer';

/** More than any grant has, with room for extensions. */
const MAX_PARAMETERS = 50;
/** The longest parameter is an assertion or a refresh token. */
const MAX_VALUE_LENGTH = 8_192;
const MAX_RESOURCES = 20;

/** A decoded form: each parameter once, but for `resource`. */
export interface Form {
  readonly parameters: ReadonlyMap<string, string>;
  /** RFC 8707 §2: the one parameter that may be repeated. */
  readonly resources: readonly string[];
}

/**
 * Decodes a form (RFC 6749 Appendix B) strictly.
 *
 * RFC 6749 §3.2: "Parameters sent without a value MUST be treated as if they were omitted from the request. [...] Request
 * and response parameters MUST NOT be included more than once." A name counts as included even when its value is empty, so
 * that no two readers of a request can disagree about which of two counts.
 *
 * @throws AppError `invalid_request`.
 */
export function parseForm(body: Buffer): Form {
  if (!isUtf8(body)) throw refused('The body is not valid UTF-8.');
  const parameters = new Map<string, string>();
  const resources: string[] = [];
  const seen = new Set<string>();
  const pairs = body.length === 0 ? [] : body.toString('utf8').split('&');
  if (pairs.length > MAX_PARAMETERS) throw refused('There are too many parameters.');
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = equals === -1 ? '' : decode(pair.slice(equals + 1));
    if (name === '') continue;
    if (value.length > MAX_VALUE_LENGTH) throw refused('A parameter is too long.');
    if (name === 'resource') {
      if (value !== '') resources.push(value);
      continue;
    }
    if (seen.has(name)) throw refused('A parameter is included more than once.');
    seen.add(name);
    if (value !== '') parameters.set(name, value);
  }
  if (resources.length > MAX_RESOURCES) throw refused('There are too many resource parameters.');
  return { parameters, resources };
}

function decode(text: string): string {
  let decoded = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (decoded.includes('%')) {
    try {
      // Throws for bad escapes and for escapes that are not UTF-8.
      decoded = decodeURIComponent(decoded);
    } catch {
      throw refused('The body is not correctly percent-encoded.');
    }
  }
  if (decoded.includes('\u0000')) throw refused('A parameter contains the character U+0000.');
  return decoded;
}

function refused(detail: string): AppError {
  return new AppError('invalid_request', { detail, reason: 'malformed_form' });
}
