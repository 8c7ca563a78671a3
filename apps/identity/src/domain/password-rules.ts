import type { PasswordPolicy } from '#contracts';
import { foldedText, isCommonPassword } from './common-passwords.js';

/** What a password must not be made of, because whoever guesses knows it. */
export interface PasswordContext {
  readonly username: string;
  readonly email: string | null;
  readonly firstname: string | null;
  readonly lastname: string | null;
  readonly realmName: string;
}

/** Shorter ones are in too many words. */
const SHORTEST_CONTEXT_WORD = 4;
const PRODUCT_NAME = 'chancery';

/**
 * Says why a password is not acceptable, or null when it is. Lengths are counted in Unicode characters, and the password is taken as
 * it is: nothing is cut off or folded before it is hashed.
 */
export function passwordProblem(password: string, policy: PasswordPolicy, context: PasswordContext): string | null {
  if (!password.isWellFormed()) return 'must be well-formed Unicode';
  const { length } = Array.from(password);
  if (length < policy.minLength) return `must have at least ${policy.minLength} characters`;
  if (length > policy.maxLength) return `must have at most ${policy.maxLength} characters`;
  if (policy.refuseCommon && isCommonPassword(password)) return 'is one of those that are guessed first';
  const folded = foldedText(password);
  if (policy.refuseContext && contextWords(context).some((word) => folded.includes(word))) {
    return 'must not hold the username, the e-mail address, a name of the person, or the name of the realm or the product';
  }
  if (policy.blockedWords.some((word) => folded.includes(foldedText(word)))) {
    return 'must not hold a word that the realm has blocked';
  }
  return null;
}

function contextWords({ username, email, firstname, lastname, realmName }: PasswordContext): string[] {
  const names = [username, email?.split('@')[0], firstname, lastname, realmName, PRODUCT_NAME];
  return names
    .flatMap((name) => (name === null || name === undefined ? [] : [name, ...name.split(/[^\p{L}\p{N}]+/u)]))
    .map(foldedText)
    .filter((word) => word.length >= SHORTEST_CONTEXT_WORD);
}
