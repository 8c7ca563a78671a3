import type { SigningAlgorithm } from '#contracts';
import { AppError } from '#errors';
import { ACCESS_TOKEN_TYPE, type AccessTokenClaims } from './access-token.js';

/** How long access tokens may be, in bytes. */
export interface TokenSizeLimits {
  /** Longer ones are told of. */
  readonly warnBytes: number;
  /** Longer ones are not issued. */
  readonly maxBytes: number;
}

/** Claims whose token is not too long. */
export interface FittedClaims {
  readonly claims: AccessTokenClaims;
  /** Length of the token. */
  readonly bytes: number;
  readonly warning: TokenSizeWarning | null;
}

/** `large`: longer than the limit of the warning. `roles_omitted`: it would have been longer than the limit of all. */
export type TokenSizeWarning = 'large' | 'roles_omitted';

/** A `kid` is the base64url of a SHA-256 (RFC 7638). */
const KID_LENGTH = 43;
const SIGNATURE_BYTES: Readonly<Record<SigningAlgorithm, number>> = { ES256: 64, EdDSA: 64, RS256: 256 };

/** The length of the token that carries these claims: to the byte, without signing it. */
export function tokenBytes(claims: AccessTokenClaims, algorithm: SigningAlgorithm): number {
  const header = JSON.stringify({ alg: algorithm, typ: ACCESS_TOKEN_TYPE, kid: 'k'.repeat(KID_LENGTH) });
  const payload = Buffer.byteLength(JSON.stringify(claims), 'utf8');
  return base64url(header.length) + base64url(payload) + base64url(SIGNATURE_BYTES[algorithm]) + 2;
}

/**
 * Keeps a token within the limit: one that would be longer goes without the names of roles, all of them, and says so
 * (`roles_omitted`): what the roles give is in its permissions. Some of them would be worse than none, because nobody could tell which.
 *
 * @throws AppError `invalid_scope` when it would still be longer.
 */
export function fitClaims(
  claims: AccessTokenClaims,
  algorithm: SigningAlgorithm,
  { warnBytes, maxBytes }: TokenSizeLimits,
): FittedClaims {
  const bytes = tokenBytes(claims, algorithm);
  if (bytes <= warnBytes && bytes <= maxBytes) return { claims, bytes, warning: null };
  if (bytes <= maxBytes) return { claims, bytes, warning: 'large' };
  const fewer = withoutRoleNames(claims);
  const fewerBytes = tokenBytes(fewer, algorithm);
  if (fewerBytes <= maxBytes) return { claims: fewer, bytes: fewerBytes, warning: 'roles_omitted' };
  throw new AppError('invalid_scope', {
    detail: `The access token would be ${fewerBytes} bytes long, and ${maxBytes} are allowed. Ask for less with resource or scope.`,
    reason: 'token_too_large',
  });
}

function withoutRoleNames(claims: AccessTokenClaims): AccessTokenClaims {
  const { realm_access: _realm, resource_access: resources, ...rest } = claims;
  const kept = Object.entries(resources).flatMap(([audience, { permissions }]) =>
    permissions === undefined ? [] : [[audience, { roles: [], permissions }] as const],
  );
  return {
    ...rest,
    realm_access: { roles: [] },
    // fromEntries defines members, so a client called __proto__ is one like any other.
    resource_access: Object.fromEntries(kept),
    roles_omitted: true,
  };
}

/** Length of so many bytes in base64url without padding (RFC 7515 §2). */
function base64url(bytes: number): number {
  return Math.ceil((bytes * 4) / 3);
}
