import { KEYCLOAKS_OWN, object, type Json } from './keycloak-json.js';

type Warn = (message: string) => void;
type Kind = 'boolean' | 'list' | 'object' | 'text';

/** What the importer reads, and as what; other members may be anything. */
const SHAPES = {
  realm: { clients: 'list', users: 'list', roles: 'object', displayName: 'text', enabled: 'boolean' },
  client: {
    ...{ name: 'text', description: 'text', rootUrl: 'text', secret: 'text', attributes: 'object' },
    ...{ redirectUris: 'list', webOrigins: 'list', enabled: 'boolean', publicClient: 'boolean', bearerOnly: 'boolean' },
    ...{ serviceAccountsEnabled: 'boolean', directAccessGrantsEnabled: 'boolean', standardFlowEnabled: 'boolean' },
    fullScopeAllowed: 'boolean',
  },
  role: { description: 'text', composites: 'object' },
  account: { realmRoles: 'list', clientRoles: 'object', applicationRoles: 'object', groups: 'list' },
} as const satisfies Record<string, Readonly<Record<string, Kind>>>;

/**
 * The export with only what can be read: people edit exports, and tools other than Keycloak write them. What is no client, user or role,
 * and what is there twice, is left out with a warning.
 */
export function soundExport(realm: Json, warn: Warn): Json {
  const sound = shaped(realm, SHAPES.realm, 'realm', warn);
  const roles = object(sound['roles']);
  const byClient = Object.entries(object(roles['client'] ?? roles['application'])).map(([client, members]) => {
    // Nothing of Keycloak's own clients is taken over, which is said once.
    const say = KEYCLOAKS_OWN.includes(client) ? () => undefined : warn;
    return [client, named(members, 'name', `role of ${client}`, 'role', say)] as const;
  });
  return {
    ...sound,
    clients: named(sound['clients'], 'clientId', 'client', 'client', warn),
    users: accounts(sound['users'], warn),
    roles: {
      realm: named(roles['realm'], 'name', 'role of the realm', 'role', warn),
      client: Object.fromEntries(byClient),
    },
  };
}

/** Objects of a list that have a name, each name once. */
function named(value: unknown, member: string, what: string, shape: keyof typeof SHAPES, warn: Warn): Json[] {
  const seen = new Set<unknown>();
  return members(value, what, warn).flatMap(({ one, at }) => {
    const name = one[member];
    if (typeof name !== 'string' || name === '') {
      warn(`${what} ${at} is left out: it has no ${member}`);
      return [];
    }
    if (seen.has(name)) {
      warn(`${what} ${name} is there twice: the later one is left out`);
      return [];
    }
    seen.add(name);
    return [shaped(one, SHAPES[shape], `${what} ${name}`, warn)];
  });
}

/** Only service accounts are read. */
function accounts(value: unknown, warn: Warn): Json[] {
  const seen = new Set<unknown>();
  return members(value, 'user', warn).flatMap(({ one: user }) => {
    const client = user['serviceAccountClientId'] ?? user['serviceAccountClientLink'];
    if (client === undefined || client === null) return [user];
    if (seen.has(client)) {
      warn(`service account of ${String(client)} is there twice: the later one is left out`);
      return [];
    }
    seen.add(client);
    return [shaped(user, SHAPES.account, `service account of ${String(client)}`, warn)];
  });
}

/** The objects of a list, and which ones they are, counted from 1. */
function members(value: unknown, what: string, warn: Warn): { readonly one: Json; readonly at: number }[] {
  if (value !== undefined && value !== null && !Array.isArray(value))
    warn(`every ${what} is left out: that is no list`);
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown, index) => {
    if (isKind(one, 'object')) return [{ one: one as Json, at: index + 1 }];
    warn(`${what} ${index + 1} is left out: it is no object`);
    return [];
  });
}

/** Without the members that are something else than they should be. */
function shaped(one: Json, shape: Readonly<Record<string, Kind>>, what: string, warn: Warn): Json {
  return Object.fromEntries(
    Object.entries(one).filter(([member, value]) => {
      const kind = Object.hasOwn(shape, member) ? shape[member] : undefined;
      if (kind === undefined || value === null || isKind(value, kind)) return true;
      warn(`${what}: ${member} is not taken over: it is no ${kind}`);
      return false;
    }),
  );
}

function isKind(value: unknown, kind: Kind): boolean {
  if (kind === 'list') return Array.isArray(value);
  if (kind === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === (kind === 'text' ? 'string' : kind);
}
