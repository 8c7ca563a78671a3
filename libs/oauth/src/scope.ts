import { AppError } from '#errors';

/** RFC 6749 §3.3: `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Whether a name can stand in a scope at all. */
export function isScopeToken(name: string): boolean {
  return SCOPE_TOKEN.test(name);
}

/**
 * Parses a `scope` parameter: `scope-token *( SP scope-token )` (RFC 6749 §3.3). The order "does not matter" and a repeated
 * value says nothing new, so the result keeps the first of each, in the order sent.
 *
 * @throws AppError `invalid_scope` for anything else than that grammar.
 */
export function parseScope(scope: string): readonly string[] {
  const tokens = scope.split(' ');
  if (!tokens.every(isScopeToken)) {
    throw new AppError('invalid_scope', { detail: 'The scope is malformed.', reason: 'scope_malformed' });
  }
  return [...new Set(tokens)];
}

/** Writes scope tokens as the parameter and the claim have them. */
export function formatScope(tokens: readonly string[]): string {
  return tokens.join(' ');
}

/**
 * What is granted of what is held. RFC 6749 §3.3 lets the server grant less than asked; this one refuses instead, so that
 * nobody works with less than they believe. Nothing asked means everything held.
 *
 * @returns tokens in the order in which they are held; always a subset of `held`.
 * @throws AppError `invalid_scope` when something asked for is not held.
 */
export function narrowScope(held: readonly string[], asked: readonly string[] | undefined): readonly string[] {
  if (asked === undefined) return held;
  const wanted = new Set(asked);
  const granted = held.filter((token) => wanted.delete(token));
  if (wanted.size > 0) {
    throw new AppError('invalid_scope', {
      detail: 'The scope asks for more than is granted here.',
      reason: 'scope_not_held',
    });
  }
  return granted;
}
