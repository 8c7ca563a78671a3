import { BLOCKED_WORDS, PASSWORD_LENGTH, type PasswordPolicy } from '#contracts';
import { defined, type Defined } from './defined.js';
import { Flag, Optional, rule, WholeNumber } from './members.js';

const { maxItems, minLength, maxLength } = BLOCKED_WORDS;

/** `password_policy` of `PUT /realms/{r}/settings`: changes only what it names. */
export class PasswordPolicyDto {
  @Optional()
  @WholeNumber(PASSWORD_LENGTH.least, PASSWORD_LENGTH.permitted)
  readonly min_length?: number;

  @Optional()
  @WholeNumber(PASSWORD_LENGTH.permitted, PASSWORD_LENGTH.most)
  readonly max_length?: number;

  @Optional()
  @Flag()
  readonly refuse_common?: boolean;

  @Optional()
  @Flag()
  readonly refuse_context?: boolean;

  @Optional()
  @rule('words', isWords, `must be a list of at most ${maxItems} words of ${minLength} to ${maxLength} characters`, {
    type: 'array',
    maxItems,
    items: { type: 'string', minLength, maxLength },
  })
  readonly blocked_words?: string[];
}

/** What a body changes of a policy. */
export function policyChanges(policy: PasswordPolicyDto): Defined<PasswordPolicy> {
  return defined({
    minLength: policy.min_length,
    maxLength: policy.max_length,
    refuseCommon: policy.refuse_common,
    refuseContext: policy.refuse_context,
    blockedWords: policy.blocked_words,
  });
}

function isWords(value: unknown): boolean {
  const isWord = (word: unknown): boolean =>
    typeof word === 'string' && word.length >= minLength && word.length <= maxLength;
  return Array.isArray(value) && value.length <= maxItems && value.every(isWord);
}
