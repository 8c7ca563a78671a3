import { Type, type Static } from '@sinclair/typebox';

/** The bounds of a policy's own limits, in characters; whatever is chosen, 64 are always permitted (OWASP ASVS 5.0, 6.2.9). */
export const PASSWORD_LENGTH = { least: 8, permitted: 64, most: 1_024 } as const;

/** How many words of its own a realm can refuse in passwords, and how long each is. */
export const BLOCKED_WORDS = { maxItems: 100, minLength: 3, maxLength: 64 } as const;

/**
 * What a realm's passwords have to be like (NIST SP 800-63B §3.1.1.2, OWASP ASVS 5.0 §6.2): long enough, and nothing that is
 * guessed first. There are no rules about kinds of characters, and no expiry: both make passwords worse.
 */
export const PasswordPolicy = Type.Object({
  /** In Unicode characters. */
  minLength: Type.Integer({ minimum: PASSWORD_LENGTH.least, maximum: PASSWORD_LENGTH.permitted }),
  maxLength: Type.Integer({ minimum: PASSWORD_LENGTH.permitted, maximum: PASSWORD_LENGTH.most }),
  /** Refuses what everybody uses: common words however dressed up, rows of keys, repetitions. */
  refuseCommon: Type.Boolean(),
  /** Refuses what belongs to the person or the realm: username, address, names. */
  refuseContext: Type.Boolean(),
  /** Words of the realm's own that no password may hold, such as the names of its products. */
  blockedWords: Type.Array(Type.String({ minLength: BLOCKED_WORDS.minLength, maxLength: BLOCKED_WORDS.maxLength }), {
    maxItems: BLOCKED_WORDS.maxItems,
  }),
});
/** What a realm's passwords have to be like. */
export type PasswordPolicy = Static<typeof PasswordPolicy>;

/** The policy of a realm that has not chosen another. */
export const DEFAULT_PASSWORD_POLICY: PasswordPolicy = {
  minLength: 12,
  maxLength: 256,
  refuseCommon: true,
  refuseContext: true,
  blockedWords: [],
};
