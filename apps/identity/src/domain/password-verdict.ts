import type { ReplyOf, VerifyPassword } from '#contracts';
import type { Account } from './user.js';

/** What came of checking a password; a refusal's reason is for the log and the audit record only. */
export type PasswordVerdict = ReplyOf<typeof VerifyPassword>;

/** Judges a sign-in, once the password has been compared, whoever it was. */
export function verdictOf(account: Account | null, passwordMatches: boolean): PasswordVerdict {
  if (account === null) return { outcome: 'refused', reason: 'unknown_user', userId: null };
  const { user, passwordHash } = account;
  const refused = (
    reason: 'no_password' | 'wrong_password' | 'user_disabled' | 'action_required',
  ): PasswordVerdict => ({
    outcome: 'refused',
    reason,
    userId: user.id,
  });
  // A service account signs in as its client, never with a password.
  if (passwordHash === null || user.clientId !== null) return refused('no_password');
  if (!passwordMatches) return refused('wrong_password');
  if (!user.enabled) return refused('user_disabled');
  if (user.requiredActions.length > 0) return refused('action_required');
  return { outcome: 'verified', userId: user.id };
}
