import type { SigningAlgorithm } from '#contracts';
import { CompactSign, compactVerify, decodeJwt, decodeProtectedHeader, errors } from 'jose';
import { ACCESS_TOKEN_TYPE, type AccessTokenClaims } from '../../domain/access-token.js';
import type { KeyHandle } from '../../domain/key-vault.js';
import { TokenCodec, type UnverifiedToken } from '../../domain/token-codec.js';

const utf8Encoder = new TextEncoder();
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Signs and verifies with `jose`. */
export class JoseTokenCodec extends TokenCodec {
  sign(
    claims: AccessTokenClaims,
    key: { readonly kid: string; readonly algorithm: SigningAlgorithm; readonly handle: KeyHandle },
  ): Promise<string> {
    // The claims are complete, so the claim builder of `SignJWT`, which clones and checks them, would add only cost.
    return new CompactSign(utf8Encoder.encode(JSON.stringify(claims)))
      .setProtectedHeader({ alg: key.algorithm, typ: ACCESS_TOKEN_TYPE, kid: key.kid })
      .sign(key.handle);
  }

  peek(token: string): UnverifiedToken | null {
    if (!isCanonical(token)) return null;
    try {
      const { typ, alg, kid } = decodeProtectedHeader(token);
      return { type: text(typ), algorithm: text(alg), kid: text(kid), issuer: text(decodeJwt(token).iss) };
    } catch {
      // Whatever is wrong with its form, it is no JWT.
      return null;
    }
  }

  async verify(
    token: string,
    key: { readonly algorithm: SigningAlgorithm; readonly handle: KeyHandle },
  ): Promise<Readonly<Record<string, unknown>> | null> {
    try {
      const { payload } = await compactVerify(token, key.handle, { algorithms: [key.algorithm] });
      const claims: unknown = JSON.parse(utf8.decode(payload));
      return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : null;
    } catch (thrown) {
      if (thrown instanceof errors.JOSEError || thrown instanceof SyntaxError || thrown instanceof TypeError)
        return null;
      throw thrown;
    }
  }
}

/**
 * Whether each segment is the one base64url spelling of its bytes (RFC 7515 §2: no padding). Decoders overlook bits and characters
 * at the end, and a token that was changed there would pass for the one that was issued.
 */
function isCanonical(token: string): boolean {
  const segments = token.split('.', 4);
  return (
    segments.length === 3 &&
    segments.every((segment) => Buffer.from(segment, 'base64url').toString('base64url') === segment)
  );
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
