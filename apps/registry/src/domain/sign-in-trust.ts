import { BUILT_IN_PERMISSIONS, type Actor } from '#contracts';
import { AppError } from '#errors';

/** What decides who gets the tokens of people that sign in through a client. */
export interface SignInFacts {
  readonly firstParty: boolean;
  readonly redirectUris: readonly { readonly value: string; readonly enabled: boolean }[];
}

/**
 * Whether a change lets a client send people to a place where it did not before, without asking them: through a first-party client
 * they sign in without consent, so whoever names that place gets the token of every administrator who follows a link. System
 * clients are first-party ones.
 */
export function widensTrustedSignIn(before: SignInFacts | null, after: SignInFacts): boolean {
  if (!after.firstParty) return false;
  if (before?.firstParty !== true) return true;
  const known = new Set(before.redirectUris.filter(({ enabled }) => enabled).map(({ value }) => value));
  return after.redirectUris.some(({ value, enabled }) => enabled && !known.has(value));
}

/**
 * Nobody gets at more than they hold: trust that reaches every administrator is given by whoever holds all that they may hold.
 *
 * @throws AppError `forbidden`.
 */
export function requireMayTrustSignIn(actor: Pick<Actor, 'kind' | 'permissions'>): void {
  if (actor.kind === 'system') return;
  if (BUILT_IN_PERMISSIONS.every(({ name }) => actor.permissions.includes(name))) return;
  throw new AppError('forbidden', {
    detail: 'A first-party client, and where it sends people, is decided by those who hold every built-in permission.',
    reason: 'exceeds_actor',
  });
}
