import type { SigningAlgorithm, SigningKeyInfo } from '#contracts';
import type { SealedPrivateKey } from '#envelope';

/** Added to every published time for clocks that differ and for requests that had read the key when it was retired. */
const PUBLICATION_MARGIN_MS = 60_000;

/** The public members of a key (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2). Holds nothing else. */
export type PublicJwk = Readonly<Record<string, string>>;

/** What there is at most one active key for. */
export interface KeyAddress {
  readonly realmId: string;
  readonly algorithm: SigningAlgorithm;
}

/** A realm's signing key. */
export interface SigningKey extends KeyAddress {
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  readonly state: 'active' | 'retired';
  readonly publicJwk: PublicJwk;
  readonly sealed: SealedPrivateKey;
  /** The longest lifetime of a token it may have signed. Raised, and committed, before it signs a longer one. */
  readonly longestLifetimeSeconds: number;
  /** Version of its snapshot: a key that became active later has a greater one. */
  readonly snapshotVersion: number;
  readonly createdAt: Date;
  readonly retiredAt: Date | null;
  /** When a retired key leaves the key set; null while it is active. */
  readonly publishedUntil: Date | null;
}

/** A key that has not been stored yet. */
export type NewSigningKey = Pick<SigningKey, 'kid' | 'realmId' | 'algorithm' | 'publicJwk' | 'sealed' | 'createdAt'>;

/** When a key retired now has no valid token left: its last token lives as long as the longest it may sign. */
export function publishedUntil(retiredAt: Date, longestLifetimeSeconds: number): Date {
  return new Date(retiredAt.getTime() + longestLifetimeSeconds * 1_000 + PUBLICATION_MARGIN_MS);
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
