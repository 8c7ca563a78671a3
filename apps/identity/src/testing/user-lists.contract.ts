import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { UserPage, UserQuery, UserStore } from '../domain/user-store.js';
import type { User } from '../domain/user.js';
import { buildServiceAccount, buildUser } from './build-user.js';

const AT = new Date('2026-01-02T03:04:05.678Z');
const later = (milliseconds: number): Date => new Date(AT.getTime() + milliseconds);

/** What every adapter of the store must do when it lists users. */
export function describeUserLists(store: () => UserStore): void {
  const add = async (user: User): Promise<User> => {
    await store().transaction((transaction) => transaction.addUser(user));
    return user;
  };

  describe('lists', () => {
    const EVERYBODY = { page: { limit: 50, cursor: null }, sort: 'username', search: null, filter: {} } as const;
    const namesOf = ({ items }: UserPage): string[] => items.map(({ username }) => username);

    const people = async (): Promise<string> => {
      const realmId = uuidv7();
      const facts: Partial<User>[] = [
        { username: 'ada', email: 'Ada@Example.com', firstname: 'Augusta', lastname: 'King', createdAt: later(3) },
        { username: 'Bob', enabled: false, createdAt: later(1) },
        { username: 'carol_%', email: 'c@example.com', lastname: 'Größe', createdAt: later(1) },
      ];
      for (const one of facts) await add(buildUser({ realmId, ...one }));
      await add(buildServiceAccount({ realmId, username: 'service-account-APP', createdAt: later(2) }));
      await add(buildUser({ username: 'elsewhere' }));
      return realmId;
    };

    it('have everybody of one realm, by name without case or by age, either way round', async () => {
      const realmId = await people();
      const list = async (sort: UserQuery['sort']) => namesOf(await store().list(realmId, { ...EVERYBODY, sort }));
      expect(await list('username')).toEqual(['ada', 'Bob', 'carol_%', 'service-account-APP']);
      expect(await list('-username')).toEqual(['service-account-APP', 'carol_%', 'Bob', 'ada']);
      expect((await list('created_at')).at(-1)).toBe('ada');
      expect((await list('-created_at')).slice(0, 2)).toEqual(['ada', 'service-account-APP']);
      expect(await store().list(uuidv7(), EVERYBODY)).toEqual({ items: [], nextCursor: null, total: 0 });
    });

    it.each<[object, string[]]>([
      [{ search: 'AUGUSTA K' }, ['ada']],
      [{ search: '_%' }, ['carol_%']],
      [{ search: 'example.com' }, ['ada', 'carol_%']],
      [{ search: 'nobody' }, []],
      [{ search: 'GRÖSSE' }, ['carol_%']],
      [{ search: 'adaAda' }, []],
      [{ search: 'a\0' }, []],
      [{ filter: { username: 'ADA' } }, ['ada']],
      [{ filter: { username: 'service-account-APP' } }, ['service-account-APP']],
      [{ filter: { email: 'ada@example.COM' } }, ['ada']],
      [{ filter: { enabled: false } }, ['Bob']],
      [{ filter: { serviceAccount: true } }, ['service-account-APP']],
      [{ filter: { serviceAccount: false, enabled: true } }, ['ada', 'carol_%']],
      [{ filter: { username: '\ud800' } }, []],
    ])('show what %j asks for', async (query, names) => {
      const found = await store().list(await people(), { ...EVERYBODY, ...query });
      expect({ names: namesOf(found), total: found.total }).toEqual({ names, total: names.length });
    });

    it.each(['username', '-username', 'created_at', '-created_at'] as const)(
      'go on by %s where the page before ended',
      async (sort) => {
        const realmId = await people();
        const whole = namesOf(await store().list(realmId, { ...EVERYBODY, sort }));
        const paged: string[] = [];
        for (let cursor: string | null = null; ;) {
          const page: UserPage = await store().list(realmId, { ...EVERYBODY, sort, page: { limit: 1, cursor } });
          expect(page.total).toBe(whole.length);
          paged.push(...namesOf(page));
          cursor = page.nextCursor;
          if (cursor === null) break;
        }
        expect(paged).toEqual(whole);
      },
    );

    it('refuse a cursor of another order', async () => {
      const realmId = await people();
      const { nextCursor } = await store().list(realmId, { ...EVERYBODY, page: { limit: 1, cursor: null } });
      const other = { ...EVERYBODY, sort: 'created_at', page: { limit: 1, cursor: nextCursor } } as const;
      await expect(store().list(realmId, other)).rejects.toMatchObject({ code: 'malformed_request' });
    });
  });
}
