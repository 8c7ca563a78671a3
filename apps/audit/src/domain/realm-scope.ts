import { AppError } from '#errors';

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

/** Which tree of the log is meant: the realm's own when null. */
export type TreeScope = 'unknown_realm' | (string & {}) | null;

/**
 * The tree that a realm's auditors mean. Those of `master` may also mean the tree of events of no known realm, and by its id
 * that of any realm, deleted ones included.
 *
 * @throws AppError `not_found` for any other realm.
 */
export function treeOf(realm: { readonly name: string; readonly id: string }, scope: TreeScope): RealmScopeId {
  if (scope === null || scope === realm.id) return realm.id;
  if (realm.name !== MASTER) throw new AppError('not_found', { detail: 'No such log.', reason: 'foreign_scope' });
  return scope === 'unknown_realm' ? NO_KNOWN_REALM : scope;
}
