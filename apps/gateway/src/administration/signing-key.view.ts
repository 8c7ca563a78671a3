import type { SigningKeyInfo } from '#contracts';

/** A signing key as the API shows it. */
export function signingKeyView(key: SigningKeyInfo) {
  return {
    kid: key.kid,
    algorithm: key.algorithm,
    state: key.state,
    created_at: key.createdAt,
    retired_at: key.retiredAt,
    published_until: key.publishedUntil,
  };
}
