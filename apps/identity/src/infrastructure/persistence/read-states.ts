import { toSafeInteger } from '#database';
import type { DataSource, EntityManager } from 'typeorm';
import type { User } from '../../domain/user.js';
import type { UserAddress, UserState } from '../../domain/user-store.js';

/** One statement, so that user and removal are of one moment (READ COMMITTED: each statement sees one). */
const READ_STATES = `
  SELECT wanted.realm_id AS "realmId", wanted.user_id AS "userId", usr.id, usr.realm_name AS "realmName",
    usr.client_id AS "clientId", usr.username, usr.email, usr.email_verified AS "emailVerified", usr.firstname,
    usr.lastname, usr.enabled, usr.required_actions AS "requiredActions",
    usr.has_password AS "hasPassword",
    COALESCE(usr.version, removed.version, 0) AS version, usr.created_at AS "createdAt", usr.updated_at AS "updatedAt"
  FROM unnest($1::uuid[], $2::uuid[]) AS wanted (realm_id, user_id)
  LEFT JOIN identity.users usr ON usr.realm_id = wanted.realm_id AND usr.id = wanted.user_id
  LEFT JOIN identity.removed_users removed
    ON removed.realm_id = wanted.realm_id AND removed.user_id = wanted.user_id`;

type Row = { readonly version: string; readonly userId: string; readonly realmId: string } & (
  { readonly id: null } | Omit<User, 'version' | 'realmId'>
);

/** The state of users, one to one. */
export async function readStates(
  source: Pick<DataSource | EntityManager, 'query'>,
  addresses: readonly UserAddress[],
): Promise<readonly UserState[]> {
  const rows: readonly Row[] = await source.query(READ_STATES, [
    addresses.map(({ realmId }) => realmId),
    addresses.map(({ userId }) => userId),
  ]);
  const states = new Map(rows.map((row) => [`${row.realmId}/${row.userId}`, stateOf(row)]));
  return addresses.map(({ realmId, userId }) => states.get(`${realmId}/${userId}`) ?? { version: 0, user: null });
}

function stateOf({ userId: _userId, ...row }: Row): UserState {
  const version = toSafeInteger(row.version);
  return { version, user: row.id === null ? null : { ...row, version } };
}
