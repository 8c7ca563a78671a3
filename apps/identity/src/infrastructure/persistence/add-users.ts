import { insertRows, toSafeInteger } from '#database';
import type { EntityManager } from 'typeorm';
import type { User } from '../../domain/user.js';
import { UserEntity } from './user.entity.js';
import { entityOfUser } from './user.mapping.js';

/** Adds users of one realm, each with its version. @throws QueryFailedError for one that is there already. */
export async function addUsers(manager: EntityManager, users: readonly User[]): Promise<readonly User[]> {
  const [first] = users;
  if (first === undefined) return [];
  const { realmId } = first;
  await insertRows(manager, UserEntity, users.map(entityOfUser));
  const ids = users.map(({ id }) => id);
  // Drawn while the rows are held, so that versions of a user grow with commits.
  const [rows]: [readonly { readonly id: string; readonly version: string }[], number] = await manager.query(
    `WITH present AS (DELETE FROM identity.removed_users WHERE realm_id = $1 AND user_id = ANY($2::uuid[]))
     UPDATE identity.users SET version = nextval('identity.snapshot_version')
     WHERE realm_id = $1 AND id = ANY($2::uuid[]) RETURNING id, version`,
    [realmId, ids],
  );
  const versions = new Map(rows.map((row) => [row.id, toSafeInteger(row.version)]));
  return users.map((user) => ({ ...user, version: versions.get(user.id) ?? 0 }));
}
