import { BLOCKED_WORDS, PASSWORD_LENGTH, type PasswordPolicy } from '#contracts';
import { textProblem, type Problems } from './problems.js';

/** What may change of a policy; absent members stay. */
export type PasswordPolicyChanges = { readonly [Member in keyof PasswordPolicy]?: PasswordPolicy[Member] | undefined };

/** The policy after a change, with its members in one order. */
export function changePolicy(policy: PasswordPolicy, changes: PasswordPolicyChanges): PasswordPolicy {
  return {
    minLength: changes.minLength ?? policy.minLength,
    maxLength: changes.maxLength ?? policy.maxLength,
    refuseCommon: changes.refuseCommon ?? policy.refuseCommon,
    refuseContext: changes.refuseContext ?? policy.refuseContext,
    blockedWords: [...new Set(changes.blockedWords ?? policy.blockedWords)],
  };
}

/** Notes what is wrong with a change of a policy, member by member as the API names them. */
export function checkPolicyChanges(problems: Problems, changes: PasswordPolicyChanges): void {
  const { least, permitted, most } = PASSWORD_LENGTH;
  const note = (member: string, message: string | null): void => {
    problems.add(`/password_policy/${member}`, message);
  };
  note('min_length', lengthProblem(changes.minLength, least, permitted));
  note('max_length', lengthProblem(changes.maxLength, permitted, most));
  const { maxItems, minLength, maxLength } = BLOCKED_WORDS;
  const words = changes.blockedWords ?? [];
  note('blocked_words', words.length > maxItems ? `must be at most ${maxItems} words` : null);
  const fits = words.every(({ length }) => length >= minLength && length <= maxLength);
  note('blocked_words', fits ? null : `must be words of ${minLength} to ${maxLength} characters`);
  note('blocked_words', words.map(textProblem).find((problem) => problem !== null) ?? null);
}

/** A policy as the audit log shows it, and the API. */
export function shownPolicy(policy: PasswordPolicy): Record<string, unknown> {
  return {
    min_length: policy.minLength,
    max_length: policy.maxLength,
    refuse_common: policy.refuseCommon,
    refuse_context: policy.refuseContext,
    blocked_words: policy.blockedWords,
  };
}

function lengthProblem(length: number | undefined, minimum: number, maximum: number): string | null {
  if (length === undefined || (Number.isInteger(length) && length >= minimum && length <= maximum)) return null;
  return `must be a whole number from ${minimum} to ${maximum}`;
}
