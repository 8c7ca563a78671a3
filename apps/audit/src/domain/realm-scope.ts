/** The id of the realm an event belongs to, or `NO_KNOWN_REALM`. */
export type RealmScopeId = string;

/** The nil UUID (RFC 9562 §5.9): stands for the realm of events that named a realm which does not exist. */
export const NO_KNOWN_REALM: RealmScopeId = '00000000-0000-0000-0000-000000000000';

const MASTER = 'master';

/**
 * Which events a realm's auditors see: those of its id (names can be used again, ids cannot). Events of no known realm are
 * nobody's but `master`'s, whose administrators act on every realm.
 */
export function realmScope(realm: { readonly name: string; readonly id: string }): readonly RealmScopeId[] {
  return realm.name === MASTER ? [realm.id, NO_KNOWN_REALM] : [realm.id];
}
