import { REALM_MANAGEMENT_CLIENT_ID } from '#contracts';
import type { ResourceAccess, TokenAccess } from './token-access.js';

/** The media type of access tokens without `application/` (RFC 9068 §2.1). */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

/** The claims of an access token: RFC 9068 §2.2, and what Keycloak adapters read. */
export interface AccessTokenClaims {
  readonly iss: string;
  readonly exp: number;
  readonly aud: string | readonly string[];
  readonly sub: string;
  readonly client_id: string;
  readonly iat: number;
  readonly jti: string;
  readonly scope: string;
  readonly realm_access: { readonly roles: readonly string[] };
  readonly resource_access: Readonly<Record<string, ResourceAccess>>;
  /** Of every API in `aud` together. */
  readonly permissions: readonly string[];
  /** Only in a token that would have been too long with the names of its subject's roles. */
  readonly roles_omitted?: true;
}

/** Makes the claims of an access token. */
export function accessTokenClaims(facts: {
  readonly issuer: string;
  readonly subjectId: string;
  readonly clientId: string;
  readonly jti: string;
  readonly access: TokenAccess;
  readonly issuedAtSeconds: number;
  readonly lifetimeSeconds: number;
}): AccessTokenClaims {
  const { access } = facts;
  const [first, ...others] = access.audience;
  return {
    iss: facts.issuer,
    exp: facts.issuedAtSeconds + facts.lifetimeSeconds,
    aud: first !== undefined && others.length === 0 ? first : access.audience,
    sub: facts.subjectId,
    client_id: facts.clientId,
    iat: facts.issuedAtSeconds,
    jti: facts.jti,
    scope: access.scope,
    realm_access: { roles: access.realmRoles },
    resource_access: access.resourceAccess,
    permissions: access.permissions,
  };
}

/** What a bearer's claims say, once they have the right types. Nothing but the signature is verified by then. */
export interface BearerClaims {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly subjectId: string;
  readonly clientId: string;
  readonly jti: string;
  readonly issuedAtSeconds: number;
  readonly notBeforeSeconds: number | null;
  readonly expiresAtSeconds: number;
  readonly permissions: readonly string[];
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** Reads the claims that an access token must have (RFC 9068 §2.2); null when one is missing or of the wrong type. */
export function readBearerClaims(payload: Readonly<Record<string, unknown>>): BearerClaims | null {
  const { iss, aud, sub, client_id, jti, iat, nbf, exp, permissions } = payload;
  if (!isText(iss) || !isText(sub) || !isText(client_id) || !isText(jti)) return null;
  if (!isTime(iat) || !isTime(exp) || !(nbf === undefined || isTime(nbf))) return null;
  const audience = isText(aud) ? [aud] : aud;
  if (!isTextList(audience) || !isTextList(permissions)) return null;
  return {
    issuer: iss,
    audience,
    subjectId: sub,
    clientId: client_id,
    jti,
    issuedAtSeconds: iat,
    notBeforeSeconds: nbf ?? null,
    expiresAtSeconds: exp,
    permissions,
  };
}

/** How far another instance's clock may run ahead of this one's. Never lengthens a token's life. */
const CLOCK_SKEW_SECONDS = 5;

/** Why these claims do not open the administration API at this time, or null when they do. */
export function bearerRefusal(claims: BearerClaims, now: Date): string | null {
  const nowSeconds = now.getTime() / 1_000;
  if (claims.expiresAtSeconds <= nowSeconds) return 'token_expired';
  if (claims.issuedAtSeconds > nowSeconds + CLOCK_SKEW_SECONDS) return 'token_from_the_future';
  if (claims.notBeforeSeconds !== null && claims.notBeforeSeconds > nowSeconds + CLOCK_SKEW_SECONDS) {
    return 'token_not_yet_valid';
  }
  return claims.audience.includes(REALM_MANAGEMENT_CLIENT_ID) ? null : 'wrong_audience';
}
