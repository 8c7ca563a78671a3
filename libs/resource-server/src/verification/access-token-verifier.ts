import { compactVerify, errors } from 'jose';
import { type AccessTokenError, invalidToken } from './access-token-error.js';
import { parseCompactToken, type CompactToken } from './compact-token.js';
import { IssuerKeys } from './issuer-keys.js';
import { checkOptions, type AccessTokenVerifierOptions, type VerifierSettings } from './options.js';
import { readClaims, type VerifiedAccessToken } from './verified-access-token.js';

/** The media type of access tokens, with and without `application/` (RFC 9068 §4, RFC 7515 §4.1.9). */
const TYPES: ReadonlySet<string> = new Set(['at+jwt', 'application/at+jwt']);
const MAX_KID_LENGTH = 256;

/** Verifies access tokens of trusted issuers for one audience. One for the life of a service: it keeps the keys. */
export class AccessTokenVerifier {
  private readonly settings: VerifierSettings;
  private readonly keys: ReadonlyMap<string, IssuerKeys>;

  /** @throws TypeError that names the option that is missing or wrong. */
  constructor(options: AccessTokenVerifierOptions) {
    this.settings = checkOptions(options);
    this.keys = new Map(
      this.settings.issuers.map((trusted) => [trusted.issuer, new IssuerKeys(trusted, this.settings)]),
    );
  }

  /** Who this service is in `aud`. */
  get audience(): readonly string[] {
    return this.settings.audience;
  }

  /**
   * Verifies a token (RFC 9068 §4): form, type, algorithm, issuer, signature, then claims.
   *
   * @throws AccessTokenError `invalid_token`, or `temporarily_unavailable` when the issuer's keys cannot be had.
   */
  async verify(token: string): Promise<VerifiedAccessToken> {
    // Before anything is read: a token that is too long costs nothing.
    if (typeof token !== 'string' || token.length > this.settings.maxTokenBytes) throw invalidToken('too_long');
    let parts: CompactToken;
    try {
      parts = parseCompactToken(token);
    } catch (cause) {
      throw invalidToken('malformed', cause);
    }
    const { algorithm, kid } = this.readHeader(parts.header);
    const issuer = parts.payload['iss'];
    const keys = typeof issuer === 'string' ? this.keys.get(issuer) : undefined;
    if (typeof issuer !== 'string' || keys === undefined) throw invalidToken('unknown_issuer');
    const key = await keys.find(kid, algorithm);
    try {
      await compactVerify(token, key, { algorithms: [algorithm] });
    } catch (cause) {
      if (cause instanceof errors.JOSEError || cause instanceof TypeError) throw invalidToken('bad_signature', cause);
      throw cause;
    }
    return readClaims(parts.payload, issuer, this.settings);
  }

  /** Tells the log why a request was refused. */
  noteRefusal(error: AccessTokenError): void {
    const { code, reason, cause } = error;
    this.settings.onRefusal({ code, reason, ...(cause === undefined ? {} : { cause }) });
  }

  /**
   * Keys come from the trusted issuer by `kid` alone. What else a header may say of keys (`jwk`, `jku`, `x5c`, `x5u`, …) is not
   * looked at, and an extension that has to be understood (`crit`) is none that this understands.
   */
  private readHeader(header: CompactToken['header']): { readonly algorithm: string; readonly kid: string } {
    const { typ, alg, kid, crit } = header;
    if (typeof typ !== 'string' || !TYPES.has(typ.toLowerCase())) throw invalidToken('wrong_type');
    if (typeof alg !== 'string' || !this.settings.algorithms.has(alg)) throw invalidToken('algorithm_not_allowed');
    if (crit !== undefined) throw invalidToken('critical_extension');
    if (typeof kid !== 'string' || kid === '' || kid.length > MAX_KID_LENGTH) throw invalidToken('no_key_id');
    return { algorithm: alg, kid };
  }
}

/**
 * Makes a verifier.
 *
 * @throws TypeError that names the option that is missing or wrong: `audience` above all.
 */
export function createAccessTokenVerifier(options: AccessTokenVerifierOptions): AccessTokenVerifier {
  return new AccessTokenVerifier(options);
}

const verifiers = new WeakMap<AccessTokenVerifierOptions, AccessTokenVerifier>();

/**
 * Verifies a token with options, or with a verifier. The same options object has one verifier, which keeps the keys: make it once,
 * outside the handler.
 *
 * @throws AccessTokenError; TypeError for options that are wrong.
 */
export async function verifyAccessToken(
  token: string,
  using: AccessTokenVerifier | AccessTokenVerifierOptions,
): Promise<VerifiedAccessToken> {
  if (using instanceof AccessTokenVerifier) return using.verify(token);
  let verifier = verifiers.get(using);
  if (verifier === undefined) verifiers.set(using, (verifier = new AccessTokenVerifier(using)));
  return verifier.verify(token);
}
