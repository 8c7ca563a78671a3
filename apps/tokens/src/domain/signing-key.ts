import type { SigningAlgorithm, SigningKeyInfo } from '#contracts';

/** The longest, in milliseconds, that any instance goes on signing with an active key it has read once. */
export const ACTIVE_KEY_CACHE_MS = 10_000;
/** Added to every published time for clocks that differ and for answers that are slow. */
const PUBLICATION_MARGIN_MS = 60_000;

/** The public members of a key (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2). Holds nothing else. */
export type PublicJwk = Readonly<Record<string, string>>;

/** A private key at rest: encrypted with a data key of its own, which the master key wraps. All base64url. */
export interface SealedPrivateKey {
  readonly masterKeyId: string;
  readonly wrappedDataKey: string;
  readonly ciphertext: string;
}

/** A realm's signing key. */
export interface SigningKey {
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  readonly realmId: string;
  readonly algorithm: SigningAlgorithm;
  readonly state: 'active' | 'retired';
  readonly publicJwk: PublicJwk;
  readonly sealed: SealedPrivateKey;
  /** The longest lifetime of a token it may have signed. Raised, and committed, before it signs a longer one. */
  readonly longestLifetimeSeconds: number;
  readonly createdAt: Date;
  readonly retiredAt: Date | null;
  /** When a retired key leaves the key set; null while it is active. */
  readonly publishedUntil: Date | null;
}

/** A key that has not been stored yet. */
export type NewSigningKey = Pick<SigningKey, 'kid' | 'realmId' | 'algorithm' | 'publicJwk' | 'sealed' | 'createdAt'>;

/**
 * When a key retired now has no valid token left: another instance may sign with it until its cache ends, and the last token
 * then lives as long as the longest it may sign.
 */
export function publishedUntil(retiredAt: Date, longestLifetimeSeconds: number): Date {
  return new Date(retiredAt.getTime() + ACTIVE_KEY_CACHE_MS + longestLifetimeSeconds * 1_000 + PUBLICATION_MARGIN_MS);
}

/** Whether the key belongs into the key set now. */
export function isPublished(key: Pick<SigningKey, 'publishedUntil'>, now: Date): boolean {
  return key.publishedUntil === null || key.publishedUntil.getTime() > now.getTime();
}

/** The key as administrators see it. */
export function signingKeyInfo(key: SigningKey): SigningKeyInfo {
  return {
    kid: key.kid,
    algorithm: key.algorithm,
    state: key.state,
    createdAt: key.createdAt.toISOString(),
    retiredAt: key.retiredAt?.toISOString() ?? null,
    publishedUntil: key.publishedUntil?.toISOString() ?? null,
  };
}
