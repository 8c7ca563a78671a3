import { KEYCLOAKS_OWN, list, object, type Json } from './keycloak-json.js';

/** A role of the realm (`client` null) or of a client. */
export interface RoleRef {
  readonly client: string | null;
  readonly name: string;
}

/** A role that somebody holds, directly or as a part of another. */
export interface HeldRef extends RoleRef {
  /** Everybody in Keycloak has it. */
  readonly byDefault: boolean;
}

/** How people write a role. */
export function nameOf({ client, name }: RoleRef): string {
  return client === null ? name : `${client}/${name}`;
}

/** Names of roles may have slashes as well. */
function keyOf({ client, name }: RoleRef): string {
  return JSON.stringify([client, name]);
}

/** The parts of a composite role. */
export function compositesOf(role: Json): readonly RoleRef[] {
  const composites = object(role['composites']);
  return refsOf(composites['realm'], composites['client'] ?? composites['application']);
}

/** Every role that a user holds, parts of composites included, each once. */
export function expanded(user: Json, realm: Json, defaultRole: string): readonly HeldRef[] {
  const roles = object(realm['roles']);
  const parts = new Map<string, readonly RoleRef[]>(
    list(roles['realm']).map((role) => [keyOf({ client: null, name: String(role['name']) }), compositesOf(role)]),
  );
  for (const [client, members] of Object.entries(object(roles['client'] ?? roles['application']))) {
    for (const role of list(members)) parts.set(keyOf({ client, name: String(role['name']) }), compositesOf(role));
  }
  const found = new Map<string, HeldRef>();
  // A stack of its own, because exports may hold chains of any length; the next one is last.
  const waiting = refsOf(user['realmRoles'], user['clientRoles'] ?? user['applicationRoles'])
    .map((ref) => ({ ref, byDefault: false }))
    .reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { ref, byDefault } = next;
    const isDefault = ref.client === null && [defaultRole, 'offline_access', 'uma_authorization'].includes(ref.name);
    const own = ref.client !== null && KEYCLOAKS_OWN.includes(ref.client);
    const present = found.get(keyOf(ref));
    const silent = isDefault || (byDefault && own);
    if (present !== undefined && (silent || !present.byDefault)) continue;
    found.set(keyOf(ref), { ...ref, byDefault: silent });
    const inner = parts.get(keyOf(ref)) ?? [];
    waiting.push(...inner.map((part) => ({ ref: part, byDefault: isDefault || byDefault })).reverse());
  }
  return [...found.values()];
}

function refsOf(ofRealm: unknown, ofClients: unknown): readonly RoleRef[] {
  return [
    ...list<unknown>(ofRealm).map((name) => ({ client: null, name: String(name) })),
    ...Object.entries(object(ofClients)).flatMap(([client, names]) =>
      list<unknown>(names).map((name) => ({ client, name: String(name) })),
    ),
  ];
}
