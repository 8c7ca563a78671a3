import { Outbox } from '#database';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  UserStore,
  type UserAddress,
  type UserPage,
  type UserQuery,
  type UserState,
  type UserTransaction,
} from '../../domain/user-store.js';
import type { Account, User } from '../../domain/user.js';
import { usernameKey } from '../../domain/username.js';
import { CredentialEntity } from './credential.entity.js';
import { listUsers } from './list-users.js';
import { findByUsernames } from './find-by-usernames.js';
import { readStates } from './read-states.js';
import { RemovedUserEntity } from './removed-user.entity.js';
import { TypeOrmUserTransaction } from './typeorm-user-transaction.js';
import { UserEntity } from './user.entity.js';
import { userOfEntity } from './user.mapping.js';

/** Keeps users in PostgreSQL. */
@Injectable()
export class TypeOrmUserStore extends UserStore {
  constructor(
    private readonly data: DataSource,
    private readonly outbox: Outbox,
  ) {
    super();
  }

  transaction<T>(work: (transaction: UserTransaction) => Promise<T>): Promise<T> {
    return this.data.transaction((manager) => work(new TypeOrmUserTransaction(manager, this.outbox)));
  }

  flush(context: CallContext): Promise<void> {
    return this.outbox.flush(context);
  }

  async findUser({ realmId, userId }: UserAddress): Promise<User | null> {
    const found = await this.data.manager.findOneBy(UserEntity, { realmId, id: userId });
    return found === null ? null : userOfEntity(found);
  }

  list(realmId: string, query: UserQuery): Promise<UserPage> {
    return listUsers(this.data, realmId, query);
  }

  async findServiceAccount(realmId: string, clientId: string): Promise<User | null> {
    const found = await this.data.manager.findOneBy(UserEntity, { realmId, clientId });
    return found === null ? null : userOfEntity(found);
  }

  async findRemovedServiceAccount(
    realmId: string,
    clientId: string,
  ): Promise<{ readonly userId: string; readonly version: number } | null> {
    const found = await this.data.manager.findOne(RemovedUserEntity, {
      where: { realmId, clientId },
      order: { version: 'DESC' },
    });
    return found === null ? null : { userId: found.userId, version: found.version };
  }

  async findAccount(realmId: string, username: string): Promise<Account | null> {
    // PostgreSQL text holds neither: nobody can be called so.
    if (username.includes('\0') || !username.isWellFormed()) return null;
    const { entities, raw } = await this.data
      .createQueryBuilder(UserEntity, 'usr')
      .leftJoin(
        CredentialEntity,
        'credential',
        `credential.realm_id = usr.realm_id AND credential.user_id = usr.id AND credential.type = 'password'`,
      )
      .addSelect('credential.secret', 'password_hash')
      .where('usr.realm_id = :realmId AND usr.username_key = :key', { realmId, key: usernameKey(username) })
      // Clients whose ids differ in case only have accounts of the same key; people come first.
      .orderBy('usr.client_id', 'ASC', 'NULLS FIRST')
      .limit(1)
      .getRawAndEntities<{ readonly password_hash: string | null }>();
    const [entity] = entities;
    if (entity === undefined) return null;
    return { user: userOfEntity(entity), passwordHash: raw[0]?.password_hash ?? null };
  }

  async serviceAccountIds(realmId: string, clientIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows: readonly { readonly id: string; readonly client_id: string }[] = await this.data.query(
      'SELECT id, client_id FROM identity.users WHERE realm_id = $1 AND client_id = ANY($2::uuid[])',
      [realmId, clientIds],
    );
    return new Map(rows.map((row) => [row.client_id, row.id]));
  }

  findByUsernames(realmId: string, usernames: readonly string[]): Promise<readonly (User | null)[]> {
    return findByUsernames(this.data, realmId, usernames);
  }

  readStates(addresses: readonly UserAddress[]): Promise<readonly UserState[]> {
    return readStates(this.data, addresses);
  }

  async nameRealm(realmId: string, realmName: string, after: string, limit: number): Promise<string | null> {
    const rows: readonly { readonly id: string }[] = await this.data.query(
      'SELECT id FROM identity.users WHERE realm_id = $1 AND id > $2 ORDER BY id LIMIT $3',
      [realmId, after, limit],
    );
    const last = rows.at(-1)?.id ?? null;
    if (last === null) return null;
    await this.data.query(
      `UPDATE identity.users SET realm_name = $2 WHERE realm_id = $1 AND id > $3 AND id <= $4 AND realm_name <> $2`,
      [realmId, realmName, after, last],
    );
    return rows.length < limit ? null : last;
  }

  async removeRealm(realmId: string, limit: number): Promise<boolean> {
    let more = false;
    // What hangs on users goes with them.
    for (const table of ['users', 'removed_users', 'kept_answers']) {
      const [, removed]: [unknown, number] = await this.data.query(
        `DELETE FROM identity.${table} WHERE realm_id = $1
           AND ctid = ANY(ARRAY(SELECT one.ctid FROM identity.${table} one WHERE one.realm_id = $1 LIMIT $2))`,
        [realmId, limit],
      );
      more ||= removed === limit;
    }
    return more;
  }
}
