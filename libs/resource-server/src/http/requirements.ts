import { AccessTokenError } from '../verification/access-token-error.js';
import type { VerifiedAccessToken } from '../verification/verified-access-token.js';

/** What a token must give, all of it. Nothing: any token that is good here. */
export interface AccessRequirements {
  readonly permissions?: readonly string[];
  /** Roles of this API. */
  readonly roles?: readonly string[];
  /** Roles of the realm. */
  readonly realmRoles?: readonly string[];
}

/** RFC 6749 §3.3: what a scope may be made of. Nothing that could break out of a quoted header value. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * Checks what a developer wrote.
 *
 * @throws TypeError for a permission that no token can carry, or a list of nothing.
 */
export function checkRequirements(requirements: AccessRequirements): AccessRequirements {
  for (const [name, list] of Object.entries(requirements) as [string, readonly string[] | undefined][]) {
    if (list === undefined) continue;
    // An empty list would read as a protection and be none.
    if (!Array.isArray(list) || list.length === 0) throw new TypeError(`${name} must name at least one.`);
    for (const one of list) {
      if (typeof one !== 'string' || one === '' || (name === 'permissions' && !SCOPE_TOKEN.test(one))) {
        throw new TypeError(`${name} has ${JSON.stringify(one)}, which no token can carry.`);
      }
    }
  }
  return requirements;
}

/** @throws AccessTokenError `insufficient_scope`. */
export function requireAccess(token: VerifiedAccessToken, requirements: AccessRequirements): void {
  const { permissions = [], roles = [], realmRoles = [] } = requirements;
  const refused = (reason: string): AccessTokenError =>
    new AccessTokenError('insufficient_scope', reason, { requiredScope: permissions });
  if (!permissions.every((name) => token.permissions.includes(name))) throw refused('permission_missing');
  if (!roles.every((name) => token.roles.includes(name))) throw refused('role_missing');
  if (!realmRoles.every((name) => token.realmRoles.includes(name))) throw refused('realm_role_missing');
}
