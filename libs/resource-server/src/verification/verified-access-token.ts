import { invalidToken } from './access-token-error.js';
import type { VerifierSettings } from './options.js';

/** What a good access token says to this service. */
export interface VerifiedAccessToken {
  readonly issuer: string;
  /** `sub`: the user's id, or the id of the client's service account. */
  readonly subject: string;
  /** `client_id`: which client asked for the token. */
  readonly clientId: string;
  readonly audience: readonly string[];
  readonly jti: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  /** What the subject may do at this API. What the token carries for other APIs is not among it. */
  readonly permissions: readonly string[];
  /** The subject's roles of this API. Empty when `scope` narrowed the token. */
  readonly roles: readonly string[];
  /** The subject's roles of the realm. Empty when `scope` or `resource` narrowed the token. */
  readonly realmRoles: readonly string[];
  /** Every claim, as it came. */
  readonly claims: Readonly<Record<string, unknown>>;
}

type Claims = Readonly<Record<string, unknown>>;

/**
 * Checks the claims of a token whose signature is good (RFC 9068 §4, RFC 7519 §4.1) and reads what they say to this audience.
 *
 * @throws AccessTokenError `invalid_token`.
 */
export function readClaims(claims: Claims, issuer: string, settings: VerifierSettings): VerifiedAccessToken {
  if (claims['iss'] !== issuer) throw invalidToken('wrong_issuer');
  const audience = textOrTexts(claims['aud']);
  if (audience === null) throw invalidToken('no_audience');
  const ours = settings.audience.filter((name) => audience.includes(name));
  if (ours.length === 0) throw invalidToken('wrong_audience');

  const nowSeconds = settings.now() / 1_000;
  const expiresAt = time(claims['exp']);
  const issuedAt = time(claims['iat']);
  if (expiresAt === null || issuedAt === null) throw invalidToken('no_times');
  if (expiresAt + settings.clockToleranceSeconds <= nowSeconds) throw invalidToken('expired');
  if (issuedAt - settings.clockToleranceSeconds > nowSeconds) throw invalidToken('from_the_future');
  if (claims['nbf'] !== undefined) {
    const notBefore = time(claims['nbf']);
    if (notBefore === null || notBefore - settings.clockToleranceSeconds > nowSeconds) {
      throw invalidToken('not_yet_valid');
    }
  }
  const { sub, client_id: clientId, jti } = claims;
  if (!isText(sub) || !isText(clientId) || !isText(jti)) throw invalidToken('no_subject_client_or_id');
  // RFC 7800: bound to a key of the sender, of which this service asks no proof.
  if (claims['cnf'] !== undefined) throw invalidToken('bound_to_a_key');
  for (const name of settings.requiredClaims) {
    if (!Object.hasOwn(claims, name)) throw invalidToken('required_claim_missing');
  }
  return Object.freeze({
    issuer,
    subject: sub,
    clientId,
    audience: Object.freeze(audience),
    jti,
    issuedAt: new Date(issuedAt * 1_000),
    expiresAt: new Date(expiresAt * 1_000),
    permissions: Object.freeze(permissionsFor(ours, audience, claims)),
    roles: Object.freeze([...new Set(ours.flatMap((name) => texts(entryOf(claims, name)?.['roles'])))]),
    realmRoles: Object.freeze(texts(object(claims['realm_access'])?.['roles'])),
    claims,
  });
}

/**
 * The permissions that count here. `permissions` lists those of every API in `aud` together, and two APIs may use one name: so it is
 * believed only of a token for us alone, and of any other what stands under our own name in `resource_access`.
 */
function permissionsFor(ours: readonly string[], audience: readonly string[], claims: Claims): string[] {
  if (audience.length === 1) return [...new Set(texts(claims['permissions']))];
  return [...new Set(ours.flatMap((name) => texts(entryOf(claims, name)?.['permissions'])))];
}

function entryOf(claims: Claims, audience: string): Claims | undefined {
  const access = object(claims['resource_access']);
  // Only what the token itself says: a client may be called `constructor`.
  return access !== undefined && Object.hasOwn(access, audience) ? object(access[audience]) : undefined;
}

function object(value: unknown): Claims | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Claims;
  throw invalidToken('malformed_claim');
}

function texts(value: unknown): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every(isText)) return [...value];
  throw invalidToken('malformed_claim');
}

function textOrTexts(value: unknown): string[] | null {
  if (isText(value)) return [value];
  return Array.isArray(value) && value.length > 0 && value.every(isText) ? [...new Set(value)] : null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** A NumericDate within what `Date` can tell (RFC 7519 §2). */
function time(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && value <= 8_640_000_000_000 ? value : null;
}
