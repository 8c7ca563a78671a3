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

/** The parts of a composite role. */
export function compositesOf(role: Json): readonly RoleRef[] {
  const composites = object(role['composites']);
  return refsOf(composites['realm'], composites['client'] ?? composites['application']);
}

/** Every role that a user holds, parts of composites included, each once. */
export function expanded(user: Json, realm: Json, defaultRole: string): readonly HeldRef[] {
  const roles = object(realm['roles']);
  const parts = new Map<string, readonly RoleRef[]>(
    list(roles['realm']).map((role) => [String(role['name']), compositesOf(role)]),
  );
  for (const [client, members] of Object.entries(object(roles['client'] ?? roles['application']))) {
    for (const role of list(members)) parts.set(nameOf({ client, name: String(role['name']) }), compositesOf(role));
  }
  const found = new Map<string, HeldRef>();
  const add = (ref: RoleRef, byDefault: boolean): void => {
    const isDefault = ref.client === null && [defaultRole, 'offline_access', 'uma_authorization'].includes(ref.name);
    const own = ref.client !== null && KEYCLOAKS_OWN.includes(ref.client);
    const present = found.get(nameOf(ref));
    const silent = isDefault || (byDefault && own);
    if (present !== undefined && (silent || !present.byDefault)) return;
    found.set(nameOf(ref), { ...ref, byDefault: silent });
    for (const part of parts.get(nameOf(ref)) ?? []) add(part, isDefault || byDefault);
  };
  for (const ref of refsOf(user['realmRoles'], user['clientRoles'] ?? user['applicationRoles'])) add(ref, false);
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
