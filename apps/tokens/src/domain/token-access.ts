import { formatScope, narrowResources, narrowScope } from '#oauth';
import type { EffectiveAccess } from '#access';

/** What a request asks for; undefined means everything held. */
export interface AskedAccess {
  readonly scope: readonly string[] | undefined;
  readonly resources: readonly string[] | undefined;
}

/** What a token carries. */
export interface TokenAccess {
  readonly audience: readonly string[];
  readonly scope: string;
  readonly permissions: readonly string[];
  /** The same, by the API they are of: an API must not be told of a namesake that is another's. */
  readonly permissionsByAudience: Readonly<Record<string, string[]>>;
  readonly realmRoles: readonly string[];
  readonly resourceAccess: Readonly<Record<string, ResourceAccess>>;
}

/** What a token carries for one API. */
export interface ResourceAccess {
  readonly roles: readonly string[];
  /** Only in a token for several APIs. */
  readonly permissions?: readonly string[];
}

const whole = new WeakMap<EffectiveAccess, Map<string, TokenAccess>>();

/**
 * Narrows what is held to what is asked; never widens.
 *
 * - `resource` (RFC 8707) leaves only the named APIs, with all that is held there. One where the subject holds no role is out
 *   of reach (deny by default: a token for an API is itself a right).
 * - `scope` leaves only the named permissions.
 * - `aud` is the named resources; without any, the APIs whose permissions the token carries; without those, the realm's issuer
 *   (the default resource of RFC 9068 §3).
 * - Role names stand for all that their roles give, so a token whose permissions `scope` narrowed carries none: an API that
 *   goes by role names must not get back what was narrowed away.
 * - A token for several APIs tells the permissions of each apart: two of them may use one name for different things.
 *
 * @throws AppError `invalid_target`, `invalid_scope`.
 */
export function tokenAccess(held: EffectiveAccess, asked: AskedAccess, issuer: string): TokenAccess {
  if (asked.scope !== undefined || asked.resources !== undefined) return narrow(held, asked, issuer);
  let byIssuer = whole.get(held);
  if (byIssuer === undefined) whole.set(held, (byIssuer = new Map()));
  let access = byIssuer.get(issuer);
  if (access === undefined) byIssuer.set(issuer, (access = narrow(held, asked, issuer)));
  return access;
}

function narrow(held: EffectiveAccess, asked: AskedAccess, issuer: string): TokenAccess {
  const reachable = [...new Set(held.map((scope) => scope.audience))];
  const named = narrowResources(reachable, asked.resources);
  const within = held.filter((scope) => named.includes(scope.audience));
  const holds = [...new Set(within.flatMap((scope) => scope.permissions))];
  const permissions = narrowScope(holds, asked.scope);
  const granted = new Set(permissions);
  const carrying =
    asked.resources === undefined
      ? named.filter((audience) =>
          within.some((scope) => scope.audience === audience && scope.permissions.some((name) => granted.has(name))),
        )
      : named;
  const roleScopes = asked.scope !== undefined && permissions.length < holds.length ? [] : within;
  const permissionsByAudience = byAudience(within, granted);
  return {
    audience: carrying.length === 0 ? [issuer] : carrying,
    scope: formatScope(permissions),
    permissions,
    permissionsByAudience,
    realmRoles: roleScopes.filter((scope) => scope.realmWide).flatMap((scope) => scope.roles),
    resourceAccess: resourceAccess(roleScopes, carrying.length > 1 ? carrying : [], permissionsByAudience),
  };
}

function resourceAccess(
  roleScopes: EffectiveAccess,
  toldApart: readonly string[],
  permissions: TokenAccess['permissionsByAudience'],
): TokenAccess['resourceAccess'] {
  const roles = new Map<string, readonly string[]>(toldApart.map((audience) => [audience, []]));
  for (const scope of roleScopes.filter(({ realmWide }) => !realmWide)) {
    roles.set(scope.audience, [...(roles.get(scope.audience) ?? []), ...scope.roles]);
  }
  const entries = [...roles].map(([audience, names]): readonly [string, ResourceAccess] => {
    if (!toldApart.includes(audience)) return [audience, { roles: names }];
    // Own members only: a client may be called `constructor`.
    const held = Object.hasOwn(permissions, audience) ? permissions[audience] : undefined;
    return [audience, { roles: names, permissions: held ?? [] }];
  });
  // fromEntries defines members, so a client called __proto__ is one like any other.
  return Object.fromEntries(entries);
}

function byAudience(within: EffectiveAccess, granted: ReadonlySet<string>): Record<string, string[]> {
  const permissions = new Map<string, Set<string>>();
  for (const scope of within) {
    const names = scope.permissions.filter((name) => granted.has(name));
    if (names.length === 0) continue;
    const known = permissions.get(scope.audience);
    permissions.set(scope.audience, new Set([...(known ?? []), ...names]));
  }
  return Object.fromEntries([...permissions].map(([audience, names]) => [audience, [...names]]));
}
