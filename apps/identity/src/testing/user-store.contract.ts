import { AppError } from '#errors';
import { type KeptAnswers, KEY_TAKEN } from '#idempotency';
import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { UserAddress, UserStore } from '../domain/user-store.js';
import type { User } from '../domain/user.js';
import { buildServiceAccount, buildUser } from './build-user.js';
import { describeUserLists } from './user-lists.contract.js';

const HASH = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA';
const AT = new Date('2026-01-02T03:04:05.678Z');
const later = (milliseconds: number): Date => new Date(AT.getTime() + milliseconds);
const EXISTS = { code: 'conflict', reason: 'user_exists' };

/** What every adapter of the store must do. Each test uses realms of its own, so the storage need not be emptied. */
export function describeUserStore(store: () => UserStore, answers: () => KeptAnswers): void {
  const add = async (user: User): Promise<User> => {
    await store().transaction((transaction) => transaction.addUser(user));
    return user;
  };
  const addressOf = ({ realmId, id }: User) => ({ realmId, userId: id });

  describe('users', () => {
    it('come back whole, in their own realm only', async () => {
      const user = await add(
        buildUser({
          email: 'a@example.org',
          emailVerified: true,
          firstname: 'Änne',
          lastname: 'O’Neil',
          requiredActions: ['update_password', 'a,"b'],
        }),
      );
      expect(await store().findUser(addressOf(user))).toEqual(user);
      expect(await store().findUser({ realmId: uuidv7(), userId: user.id })).toBeNull();
      expect((await store().findAccount(user.realmId, user.username))?.user).toEqual(user);
    });

    it('are found by name without case, and never by a name no text can hold', async () => {
      const realmId = uuidv7();
      const user = await add(buildUser({ realmId, username: 'Älice' }));
      for (const name of ['Älice', 'äLICE', 'a\u0308lice']) {
        expect((await store().findAccount(realmId, name))?.user.id).toBe(user.id);
      }
      for (const name of ['Alice', 'Älice\0', 'Älice\ud800', '%', '']) {
        expect(await store().findAccount(realmId, name)).toBeNull();
      }
      expect(await store().findAccount(uuidv7(), 'Älice')).toBeNull();
      const asked = ['nobody', 'äLICE', 'Älice\0', 'Älice\ud800'];
      expect(await store().findByUsernames(realmId, asked)).toEqual([null, user, null, null]);
      expect(await store().findByUsernames(realmId, [])).toEqual([]);
    });

    it('are added many at once with versions that grow, or none of them', async () => {
      const realmId = uuidv7();
      const clients = [uuidv7(), uuidv7()];
      const accounts = clients.map((clientId) =>
        buildUser({ realmId, clientId, username: `service-account-${clientId}` }),
      );
      const added = await store().transaction((transaction) => transaction.addUsers(accounts));
      expect(added.map(({ version }) => version > 0)).toEqual([true, true]);
      for (const user of added) expect(await store().findUser(addressOf(user))).toEqual(user);
      const asked = [...clients, uuidv7()];
      expect(await store().serviceAccountIds(realmId, asked)).toEqual(
        new Map(accounts.map(({ clientId, id }) => [clientId, id])),
      );
      expect(await store().serviceAccountIds(uuidv7(), clients)).toEqual(new Map());
      const lock = (realm: string) => store().transaction((tx) => tx.lockServiceAccounts(realm, asked));
      expect(await lock(realmId)).toEqual(added.toSorted((left, right) => (left.id < right.id ? -1 : 1)));
      expect(await lock(uuidv7())).toEqual([]);
      const more = [buildUser({ realmId, username: 'new' }), ...accounts.slice(0, 1)];
      await expect(store().transaction((transaction) => transaction.addUsers(more))).rejects.toMatchObject(EXISTS);
      expect(await store().findAccount(realmId, 'new')).toBeNull();
      expect(await store().transaction((transaction) => transaction.addUsers([]))).toEqual([]);
    });

    it('have a name of their own in their realm, whatever its case', async () => {
      const user = await add(buildUser({ username: 'alice' }));
      await expect(add(buildUser({ realmId: user.realmId, username: 'ALICE' }))).rejects.toMatchObject(EXISTS);
      await add(buildUser({ username: 'alice' }));
    });

    it('have an id of their own everywhere', async () => {
      const user = await add(buildUser());
      await expect(add(buildUser({ id: user.id }))).rejects.toMatchObject(EXISTS);
    });

    it('change as they are saved', async () => {
      const user = await add(buildUser());
      const changed = { ...user, enabled: false, version: 9, requiredActions: ['x'], updatedAt: AT };
      await store().transaction((transaction) => transaction.saveUser(changed));
      expect(await store().findUser(addressOf(user))).toEqual(changed);
    });

    it('are not there after a transaction that failed', async () => {
      const user = buildUser();
      const failing = store().transaction(async (transaction) => {
        await transaction.addUser(user);
        throw new AppError('conflict');
      });
      await expect(failing).rejects.toMatchObject({ code: 'conflict' });
      expect(await store().findUser(addressOf(user))).toBeNull();
    });
  });

  describe('people', () => {
    it('are locked by id, in their realm', async () => {
      const user = await add(buildUser());
      const lock = (address: UserAddress) => store().transaction((transaction) => transaction.lockUser(address));
      expect(await lock(addressOf(user))).toEqual(user);
      expect(await lock({ ...addressOf(user), realmId: uuidv7() })).toBeNull();
    });

    it('do not take a name that is taken', async () => {
      const user = await add(buildUser({ username: 'Ada' }));
      const other = await add(buildUser({ realmId: user.realmId, username: 'bob' }));
      const rename = (username: string) =>
        store().transaction((transaction) => transaction.saveUser({ ...other, username }));
      await expect(rename('aDA')).rejects.toMatchObject(EXISTS);
      await rename('BOB');
      expect(await store().findUser(addressOf(other))).toMatchObject({ username: 'BOB' });
    });
  });

  describe('service accounts', () => {
    it('are one for each client, found by it in its realm', async () => {
      const account = await add(buildServiceAccount());
      const { realmId, clientId } = account;
      expect(await store().findServiceAccount(realmId, clientId ?? '')).toEqual(account);
      expect(await store().findServiceAccount(uuidv7(), clientId ?? '')).toBeNull();
      expect(await store().transaction((tx) => tx.lockServiceAccount(realmId, clientId ?? ''))).toEqual(account);
      await expect(add(buildServiceAccount({ realmId, clientId }))).rejects.toMatchObject(EXISTS);
    });

    it('may have names that differ in case only, as their clients may', async () => {
      const realmId = uuidv7();
      const lower = await add(buildServiceAccount({ realmId, username: 'service-account-app' }));
      await add(buildServiceAccount({ realmId, username: 'service-account-APP' }));
      expect((await store().findAccount(realmId, 'service-account-app'))?.user.id).toBe(lower.id);
      expect((await store().findByUsernames(realmId, ['service-account-app']))[0]?.id).toBe(lower.id);
    });

    it('leave the version of their removal and nothing else', async () => {
      const account = await add(buildServiceAccount());
      const { realmId, clientId, id } = account;
      await store().transaction((transaction) => transaction.removeUser(account, 42));
      expect(await store().findUser(addressOf(account))).toBeNull();
      expect(await store().findServiceAccount(realmId, clientId ?? '')).toBeNull();
      expect(await store().findRemovedServiceAccount(realmId, clientId ?? '')).toEqual({ userId: id, version: 42 });
      expect(await store().findRemovedServiceAccount(uuidv7(), clientId ?? '')).toBeNull();
      expect(await store().readStates([addressOf(account)])).toEqual([{ version: 42, user: null }]);
    });

    it('can come back under the same id', async () => {
      const account = await add(buildServiceAccount());
      await store().transaction((transaction) => transaction.removeUser(account, 42));
      await add({ ...account, version: 43 });
      expect(await store().readStates([addressOf(account)])).toMatchObject([{ version: 43, user: { id: account.id } }]);
      expect(await store().findRemovedServiceAccount(account.realmId, account.clientId ?? '')).toBeNull();
    });
  });

  describe('passwords', () => {
    it('are there once set, can be replaced, and go with their user', async () => {
      const user = await add(buildUser());
      const account = async (): Promise<string | null | undefined> =>
        (await store().findAccount(user.realmId, user.username))?.passwordHash;
      expect(await account()).toBeNull();
      await store().transaction((transaction) => transaction.setPassword(addressOf(user), HASH, AT));
      expect(await account()).toBe(HASH);
      await store().transaction((transaction) => transaction.setPassword(addressOf(user), `${HASH}2`, AT));
      expect(await account()).toBe(`${HASH}2`);
      await store().transaction((transaction) => transaction.removeUser(user, 1));
      await add(user);
      expect(await account()).toBeNull();
    });
  });

  describe('states', () => {
    it('are read one to one, of one moment each, and 0 for strangers', async () => {
      const user = await add(buildUser({ version: 7 }));
      const stranger = { realmId: user.realmId, userId: uuidv7() };
      const elsewhere = { realmId: uuidv7(), userId: user.id };
      expect(await store().readStates([stranger, addressOf(user), elsewhere, addressOf(user)])).toEqual([
        { version: 0, user: null },
        { version: 7, user },
        { version: 0, user: null },
        { version: 7, user },
      ]);
      expect(await store().transaction((transaction) => transaction.stateOf(addressOf(user)))).toEqual({
        version: 7,
        user,
      });
    });

    it('get growing versions', async () => {
      const first = await store().transaction((transaction) => transaction.nextVersion());
      const second = await store().transaction((transaction) => transaction.nextVersion());
      expect(second).toBeGreaterThan(first);
    });
  });

  describe('realms', () => {
    it('are removed with users, passwords and traces; other realms keep theirs', async () => {
      const kept = await add(buildUser());
      const user = await add(buildUser());
      const account = await add(buildServiceAccount({ realmId: user.realmId }));
      await store().transaction(async (transaction) => {
        await transaction.setPassword(addressOf(user), HASH, AT);
        await transaction.removeUser(account, 5);
      });
      const [first, second] = [user.id, (await add(buildUser({ realmId: user.realmId }))).id].sort();
      const nobody = '00000000-0000-0000-0000-000000000000';
      expect(await store().nameRealm(user.realmId, 'renamed', nobody, 1)).toBe(first);
      expect(await store().nameRealm(user.realmId, 'renamed', first ?? '', 2)).toBeNull();
      const renamed = await store().readStates([addressOf(user), { realmId: user.realmId, userId: second ?? '' }]);
      expect(renamed.map((state) => state.user?.realmName)).toEqual(['renamed', 'renamed']);
      expect((await store().findUser(addressOf(user)))?.realmName).toBe('renamed');
      expect((await store().findUser(addressOf(kept)))?.realmName).toBe(kept.realmName);
      let portions = 0;
      while (await store().removeRealm(user.realmId, 1)) portions += 1;
      expect(portions).toBe(2);
      expect(await store().readStates([addressOf(user), addressOf(account), addressOf(kept)])).toMatchObject([
        { version: 0, user: null },
        { version: 0, user: null },
        { user: { id: kept.id } },
      ]);
    });
  });

  describeUserLists(store);

  describe('answers', () => {
    it('are kept once under a key, and go with their realm', async () => {
      const answer = { keyHash: randomBytes(32), requestHash: randomBytes(32), realmId: uuidv7(), answer: '{}' };
      const keep = (createdAt: Date, since: Date) =>
        store().transaction((transaction) => transaction.keepAnswer({ ...answer, createdAt }, since));
      await keep(later(0), later(-1));
      expect(await answers().find(answer.keyHash, later(0))).toEqual({ ...answer, createdAt: later(0) });
      expect(await answers().find(answer.keyHash, later(1))).toBeNull();
      await expect(keep(later(5), later(0))).rejects.toMatchObject({ code: 'conflict', reason: KEY_TAKEN });
      await keep(later(5), later(1));
      expect(await answers().find(answer.keyHash, later(1))).toMatchObject({ createdAt: later(5) });
      await store().removeRealm(answer.realmId, 10);
      expect(await answers().find(answer.keyHash, later(0))).toBeNull();
      await keep(later(5), later(0));
      await answers().forget(later(6));
      expect(await answers().find(answer.keyHash, later(0))).toBeNull();
    });
  });
}
