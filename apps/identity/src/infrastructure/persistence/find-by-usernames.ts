import { In, type DataSource } from 'typeorm';
import type { User } from '../../domain/user.js';
import { usernameKey } from '../../domain/username.js';
import { UserEntity } from './user.entity.js';
import { userOfEntity } from './user.mapping.js';

/** Users by username, one to one. */
export async function findByUsernames(
  data: DataSource,
  realmId: string,
  usernames: readonly string[],
): Promise<readonly (User | null)[]> {
  // PostgreSQL text holds neither: nobody can be called so.
  const possible = usernames.filter((name) => !name.includes('\0') && name.isWellFormed());
  if (possible.length === 0) return usernames.map(() => null);
  const found = await data.manager.find(UserEntity, {
    where: { realmId, usernameKey: In([...new Set(possible.map(usernameKey))]) },
    // Clients whose ids differ in case only have accounts of the same key; people come first.
    order: { clientId: { direction: 'DESC', nulls: 'LAST' } },
  });
  const byKey = new Map(found.map((entity) => [entity.usernameKey, userOfEntity(entity)]));
  return usernames.map((name) => byKey.get(usernameKey(name)) ?? null);
}
