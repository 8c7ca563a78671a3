import type { SigningAlgorithm } from '#contracts';
import type { AccessTokenClaims } from './access-token.js';
import type { KeyHandle } from './key-vault.js';

/** What a token says of itself before anything is verified. */
export interface UnverifiedToken {
  readonly type: string | null;
  readonly algorithm: string | null;
  readonly kid: string | null;
  readonly issuer: string | null;
}

/** Writes and reads signed JWTs (RFC 7515, 7519). */
export abstract class TokenCodec {
  /** Signs an access token (`typ: at+jwt`). */
  abstract sign(
    claims: AccessTokenClaims,
    key: { readonly kid: string; readonly algorithm: SigningAlgorithm; readonly handle: KeyHandle },
  ): Promise<string>;

  /** Decodes without verifying; null when it is no JWT. */
  abstract peek(token: string): UnverifiedToken | null;

  /** The payload when the signature is good by this key and exactly this algorithm, else null. */
  abstract verify(
    token: string,
    key: { readonly algorithm: SigningAlgorithm; readonly handle: KeyHandle },
  ): Promise<Readonly<Record<string, unknown>> | null>;
}
