import type { PreviewedPermission } from '#contracts';
import { audienceOf, effectiveAccess, rolesHeldIn, type Assignments, type RoleScope } from '#access';
import type { AskedAccess, TokenAccess } from './token-access.js';
import type { TokenSizeLimits, TokenSizeWarning } from './token-size.js';

/**
 * Tells of every permission that a subject holds which roles give it, and whether a token carries it. The permissions are those
 * that `effectiveAccess` finds in the same snapshots, and `access` is what `tokenAccess` made of them.
 */
export function explainAccess(
  assignments: Assignments | null,
  scopes: readonly (RoleScope | null)[],
  asked: AskedAccess,
  access: TokenAccess,
): readonly PreviewedPermission[] {
  if (assignments === null) return [];
  const granted = new Set(access.permissions);
  return scopes.flatMap((scope) => {
    if (scope === null) return [];
    const audience = audienceOf(scope);
    const reachable = asked.resources === undefined || asked.resources.includes(audience);
    const held = rolesHeldIn(scope, assignments);
    const names = effectiveAccess({ ...assignments }, [scope]).flatMap(({ permissions }) => permissions);
    return names.map((name): PreviewedPermission => {
      const bit = BigInt(scope.permissions.find((permission) => permission.name === name)?.bit ?? 0);
      const roles = held
        .filter(({ mask }) => (BigInt(mask) & (1n << bit)) !== 0n)
        .map(({ id, name: roleName }) => ({ id, name: roleName }));
      const outcome = !reachable ? 'narrowed_by_resource' : granted.has(name) ? 'granted' : 'narrowed_by_scope';
      return { name, audience, roles, outcome };
    });
  });
}

/** Why the claims that are not permissions are what they are, one sentence each. */
export function explainClaims(facts: {
  readonly realmName: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly kind: 'user' | 'service_account';
  readonly lifetimeSeconds: number;
  readonly lifetimeIsOwn: boolean;
  readonly asked: AskedAccess;
  readonly access: TokenAccess;
  readonly rolesOmitted: boolean;
}): Record<string, string> {
  const { asked, access, issuer } = facts;
  const roles = facts.rolesOmitted ? 'None: with their names the token would be too long.' : rolesReason(asked, access);
  return {
    iss: `The issuer of realm ${facts.realmName}.`,
    aud: audienceReason(asked, access, issuer),
    sub:
      facts.kind === 'service_account'
        ? `The service account of client ${facts.clientId}.`
        : `The user who signs in through client ${facts.clientId}.`,
    client_id: 'The client that asks.',
    exp: `${facts.lifetimeSeconds} seconds from now, as ${facts.lifetimeIsOwn ? 'the client' : 'the realm'} has it set.`,
    scope:
      asked.scope === undefined
        ? 'No scope was asked for: everything held at the APIs of the audience.'
        : 'What was asked for; all of it is held.',
    permissions: 'The permissions of scope, as a list.',
    realm_access: roles,
    resource_access: roles,
    ...(facts.rolesOmitted ? { roles_omitted: 'With the names of the roles the token would be too long.' } : {}),
  };
}

/** What is to be said of a token's length. */
export function sizeWarning(warning: TokenSizeWarning, { warnBytes, maxBytes }: TokenSizeLimits): string {
  switch (warning) {
    case 'large':
      return `The token is longer than ${warnBytes} bytes; beyond ${maxBytes} it goes without the names of roles, or is not issued. Ask for less with resource or scope.`;
    case 'roles_omitted':
      return `With the names of the roles the token would be longer than ${maxBytes} bytes, so it carries none. Ask for less with resource or scope.`;
  }
}

function audienceReason(asked: AskedAccess, access: TokenAccess, issuer: string): string {
  if (asked.resources !== undefined) return 'The APIs that resource names.';
  const [first] = access.audience;
  return access.permissions.length === 0 && first === issuer
    ? 'The token carries no permission of any API, so it is for the realm itself.'
    : 'The APIs whose permissions the token carries.';
}

function rolesReason(asked: AskedAccess, access: TokenAccess): string {
  const none =
    access.realmRoles.length === 0 && Object.values(access.resourceAccess).every(({ roles }) => roles.length === 0);
  if (none && asked.scope !== undefined) {
    return 'None: a role stands for all that it gives, and scope may have narrowed that away.';
  }
  return asked.resources === undefined
    ? 'The roles that the subject holds.'
    : 'The roles that the subject holds at the APIs that resource names.';
}
