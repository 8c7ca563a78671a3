import {
  BUILT_IN_PERMISSIONS,
  PermissionName,
  RoleName,
  type ConfiguredAssignment,
  type ConfiguredClient,
  type ConfiguredRole,
  type RealmConfiguration,
} from '#contracts';
import { Value } from '@sinclair/typebox/value';
import { compositesOf, expanded, nameOf, type RoleRef } from './keycloak-composites.js';
import { fitting, KEYCLOAKS_OWN, list, nonEmpty, object, saysSomething, type Json } from './keycloak-json.js';

type Scope = Pick<ConfiguredClient, 'permissions' | 'roles'>;
type Warn = (message: string) => void;

/** Scope values with a meaning of their own: no permission can be called so. */
const RESERVED = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'];
/** Roles that come with every realm here, with all that they may do. */
const BUILT_IN_ROLES = ['admin', 'viewer'];
/** Roles that every realm of Keycloak has. */
const KEYCLOAKS_OWN_ROLES = ['offline_access', 'uma_authorization'];
const BUILT_IN: ReadonlySet<string> = new Set(BUILT_IN_PERMISSIONS.map(({ name }) => name));
const MAX_PERMISSIONS = 63;
/** As many roles the realm or a client may have in a configuration. */
const MAX_ROLES = 2_000;

/** What the roles of an export become. */
export interface ImportedRoles {
  readonly ofRealm: readonly ConfiguredRole[];
  readonly ofClients: ReadonlyMap<string, Scope>;
  readonly assignments: NonNullable<RealmConfiguration['assignments']>;
}

/**
 * Keycloak's roles are names without permissions. A client's role becomes a role *and* a permission of that name in the catalogue of the
 * client, so that tokens carry it in `resource_access` as before, and the API in `aud` and the name in `scope` as well. A role of the
 * realm becomes a role without permissions: tokens carry it in `realm_access`.
 *
 * @param clients The clients that are taken over, by `client_id`.
 */
export function importRoles(realm: Json, clients: ReadonlyMap<string, ConfiguredClient>, warn: Warn): ImportedRoles {
  const roles = object(realm['roles']);
  const defaultRole = defaultRoleOf(realm);
  const own = [...KEYCLOAKS_OWN_ROLES, defaultRole];
  const all = list(roles['realm']).flatMap((role) => {
    const name = String(role['name']);
    if (own.includes(name)) return left(warn, `role ${name} of the realm is left out: it is one of Keycloak's own`);
    if (BUILT_IN_ROLES.includes(name)) {
      const why = `here ${name} is the role that comes with every realm and administers it`;
      return left(
        warn,
        `role ${name} of the realm is left out, with whoever holds it: ${why}; import it by another name`,
      );
    }
    return roleOf(role, 'of the realm', [], warn);
  });
  const ofRealm = atMost(all, 'of the realm', warn);
  const ofClients = new Map<string, Scope>();
  for (const [clientId, members] of Object.entries(object(roles['client'] ?? roles['application']))) {
    if (KEYCLOAKS_OWN.includes(clientId)) continue;
    if (clients.has(clientId)) ofClients.set(clientId, scopeOf(clientId, list(members), warn));
    else for (const { name } of list(members)) warn(`role ${String(name)} of ${clientId} is left out with its client`);
  }
  return { ofRealm, ofClients, assignments: assignments(realm, { ofRealm, ofClients, clients, defaultRole }, warn) };
}

function scopeOf(clientId: string, members: readonly Json[], warn: Warn): Scope {
  const permissions: { name: string }[] = [];
  const roles = members.flatMap((member) => {
    const name = String(member['name']);
    const problem = permissionProblem(name, permissions.length);
    if (problem !== null) warn(`role ${name} of ${clientId} gives no permission of its name: ${problem}`);
    const role = roleOf(member, `of ${clientId}`, problem === null ? [name] : [], warn);
    if (role.length > 0 && problem === null) permissions.push({ name });
    return role;
  });
  const kept = atMost(roles, `of ${clientId}`, warn);
  return { ...(permissions.length === 0 ? {} : { permissions }), ...(kept.length === 0 ? {} : { roles: kept }) };
}

function atMost(roles: ConfiguredRole[], of: string, warn: Warn): ConfiguredRole[] {
  for (const { name } of roles.slice(MAX_ROLES)) {
    warn(`role ${name} ${of} is left out: a configuration holds ${MAX_ROLES} of them`);
  }
  return roles.slice(0, MAX_ROLES);
}

function roleOf(role: Json, of: string, permissions: string[], warn: Warn): ConfiguredRole[] {
  const name = String(role['name']);
  if (!Value.Check(RoleName, name))
    return left(warn, `role ${JSON.stringify(name)} ${of} is left out: no role can be called so`);
  if (saysSomething(role['attributes'])) warn(`role ${name} ${of}: its attributes are not taken over`);
  const parts = compositesOf(role).map(nameOf);
  if (parts.length > 0) {
    const given = 'service accounts that hold it are given its parts as well';
    warn(`role ${name} ${of} is composite, which roles are not here: ${given} (${parts.join(', ')})`);
  }
  const description = fitting(role['description'], 2_000, `role ${name} ${of}: its description`, warn);
  return [{ name, ...(description === undefined ? {} : { description }), permissions }];
}

function permissionProblem(name: string, present: number): string | null {
  if (!Value.Check(PermissionName, name)) return 'a permission is a scope value, without blanks and quotes';
  if (RESERVED.includes(name) || BUILT_IN.has(name)) return 'the name means something else in tokens';
  return present < MAX_PERMISSIONS ? null : `a client has at most ${MAX_PERMISSIONS}`;
}

function assignments(
  realm: Json,
  facts: Pick<ImportedRoles, 'ofRealm' | 'ofClients'> & {
    readonly clients: ReadonlyMap<string, ConfiguredClient>;
    readonly defaultRole: string;
  },
  warn: Warn,
): ConfiguredAssignment[] {
  const users = list(realm['users']);
  const accounts = users.flatMap((user) => {
    // Before Keycloak 1.9 it was called a link.
    const clientId = nonEmpty(user['serviceAccountClientId'] ?? user['serviceAccountClientLink']);
    return clientId === undefined ? [] : [{ user, clientId }];
  });
  const known = new Set(accounts.map(({ clientId }) => clientId));
  for (const { client_id: clientId, service_account_enabled: enabled } of facts.clients.values()) {
    if (enabled !== true || known.has(clientId)) continue;
    warn(`client ${clientId}: the export does not have its service account, so which roles it holds is not known`);
  }
  if (users.length > accounts.length) {
    warn(`${users.length - accounts.length} users are not taken over, nor the roles that they hold`);
  }
  return accounts.flatMap(({ user, clientId }) => {
    const say = (message: string): void => warn(`service account of ${clientId}: ${message}`);
    if (facts.clients.get(clientId)?.service_account_enabled !== true) {
      return left(say, 'its roles are left out, because the client is, or has no service account');
    }
    if (user['enabled'] === false) say('it is disabled in Keycloak; here it follows its client');
    for (const group of list<unknown>(user['groups']))
      say(`what the group ${String(group)} gives it is not taken over`);
    const roles = expanded(user, realm, facts.defaultRole).flatMap((ref) => {
      if (has(facts, ref)) return [ref.client === null ? ref.name : { client_id: ref.client, role: ref.name }];
      if (!ref.byDefault) say(`role ${nameOf(ref)} is not taken over${hint(ref)}`);
      return [];
    });
    return roles.length === 0 ? [] : [{ client_id: clientId, roles }];
  });
}

function has({ ofRealm, ofClients }: Pick<ImportedRoles, 'ofRealm' | 'ofClients'>, { client, name }: RoleRef): boolean {
  const roles = client === null ? ofRealm : (ofClients.get(client)?.roles ?? []);
  return roles.some((role) => role.name === name);
}

/** Keycloak's administration is by roles of a client, here it is by permissions of the realm. */
function hint({ client, name }: RoleRef): string {
  const permission = name.replaceAll('-', '_');
  return client === 'realm-management' && BUILT_IN.has(permission)
    ? `: here that is the permission ${permission}, which a role of the realm can give`
    : '';
}

function defaultRoleOf(realm: Json): string {
  return nonEmpty(object(realm['defaultRole'])['name']) ?? `default-roles-${String(realm['realm']).toLowerCase()}`;
}

function left(warn: Warn, message: string): [] {
  warn(message);
  return [];
}
