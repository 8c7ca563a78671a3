import { searchKeysOf, searchTextOf } from '#database';
import type { User } from '../../domain/user.js';
import { usernameKey } from '../../domain/username.js';
import type { UserEntity } from './user.entity.js';

/** Reads a user from a row. */
export function userOfEntity({ usernameKey: _key, searchText: _text, searchKeys: _keys, ...user }: UserEntity): User {
  return user;
}

/** The row of a user. A service account's name compares byte by byte, as its client's does. */
export function entityOfUser(user: User): UserEntity {
  const fullName = [user.firstname, user.lastname].filter((name) => name !== null).join(' ');
  const searchText = searchTextOf(user.username, user.email, fullName);
  return {
    ...user,
    searchText,
    searchKeys: searchKeysOf(user.realmId, searchText),
    requiredActions: [...user.requiredActions],
    usernameKey: user.clientId === null ? usernameKey(user.username) : user.username,
  };
}
