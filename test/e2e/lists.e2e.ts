import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, unique, type Page, type RealmBody, type TestClient } from './support/administrator.js';
import { expectProblem } from './support/http.js';
import { createPerson } from './support/people.js';

interface Item {
  readonly id?: string;
  readonly name?: string;
}

/** What every list of clients, roles and permissions has in common, for a caller that knows only the habits of the API. */
const LISTS = [
  ['clients', 'name'],
  ['clients/{id}/secrets', 'name'],
  ['clients/{id}/permissions', 'name'],
  ['clients/{id}/roles', 'name'],
  ['permissions', 'name'],
  ['roles', 'name'],
  ['users/{user}/roles', 'name'],
  ['users/{user}/permissions', 'name'],
] as const;

describe('lists', () => {
  let admin: Administrator;
  let realm: RealmBody;
  let other: RealmBody;
  let client: TestClient;
  let user: string;

  const base = () => `/realms/${realm.name}`;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
    other = await admin.createRealm();
    client = await admin.createServiceClient(realm.name);
    ({ id: user } = await createPerson(admin, realm.name));
    for (const name of ['Beta:Read', 'alpha:read', 'gamma_%:read']) {
      await admin.done('POST', `${base()}/clients`, { name, owner: name, first_party: name.startsWith('g') });
      await admin.done('POST', `${base()}/clients/${client.id}/secrets`, { name });
      await admin.done('POST', `${base()}/clients/${client.id}/permissions`, { name });
      await admin.done('POST', `${base()}/permissions`, { name: `own:${name}` });
      for (const path of [`${base()}/roles`, `${base()}/clients/${client.id}/roles`]) {
        const permissions = path.includes(client.id) ? [name] : [];
        const role = await admin.done<{ data: { id: string } }>('POST', path, { name, permissions });
        await admin.done('POST', `${base()}/users/${user}/roles/${role.data.id}`);
      }
    }
  });

  const pathOf = (list: string) => `${base()}/${list.replace('{id}', client.id).replace('{user}', user)}`;
  const read = (path: string, query: Record<string, string>) =>
    admin.done<Page<Item>>('GET', `${path}?${new URLSearchParams(query).toString()}`);
  const pages = async (path: string, query: Record<string, string>): Promise<readonly Item[]> => {
    const items: Item[] = [];
    let cursor: string | null = null;
    do {
      const page: Page<Item> = await read(path, { ...query, limit: '2', ...(cursor === null ? {} : { cursor }) });
      expect(page.data.length).toBeLessThanOrEqual(2);
      items.push(...page.data);
      cursor = page.page.next_cursor;
    } while (cursor !== null);
    return items;
  };

  describe.each(LISTS)('%s', (list, sort) => {
    it('come in pages that are the whole list, in every order', async () => {
      const path = pathOf(list);
      const whole = await read(path, { limit: '200' });
      expect(whole.data.length).toBeGreaterThanOrEqual(3);
      expect(whole.page).toEqual({ next_cursor: null, total: whole.data.length });
      expect(await pages(path, {})).toEqual(whole.data);
      const ascending = await pages(path, { sort });
      const names = ascending.map(({ name }) => name ?? '');
      expect(names).toEqual(names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
      const descending = await pages(path, { sort: `-${sort}` });
      expect(descending.map(({ name }) => name ?? '')).toEqual(names.toReversed());
    });

    it('are searched by any part without case and wildcards, and filtered by name', async () => {
      const path = pathOf(list);
      const found = async (query: Record<string, string>) => (await read(path, query)).data.map(({ name }) => name);
      const plain = (names: readonly (string | undefined)[]) =>
        [...new Set(names.map((name) => name?.replace('own:', '')))].toSorted();
      expect(plain(await found({ search: 'ALPHA' }))).toEqual(['alpha:read']);
      expect(plain(await found({ search: 'A_%:' }))).toEqual(['gamma_%:read']);
      expect(await found({ search: 'b%a' })).toEqual([]);
      const exact = list === 'permissions' ? 'own:Beta:Read' : 'Beta:Read';
      expect(new Set(await found({ name: exact }))).toEqual(new Set([exact]));
      expect(await found({ name: exact.toUpperCase() })).toEqual([]);
    });

    it('refuse what they do not know', async () => {
      const path = pathOf(list);
      const first = await read(path, { limit: '1', sort });
      const cursor = first.page.next_cursor ?? '';
      expect(cursor).not.toBe('');
      for (const query of ['limit=0', 'limit=201', 'limit=x', 'sort=color', 'no_such=1', 'name=a&name=b']) {
        expectProblem(await admin.ask('GET', `${path}?${query}`), 422);
      }
      for (const query of [`sort=-${sort}&cursor=${cursor}`, 'cursor=nonsense', `sort=created_at&cursor=${cursor}`]) {
        expect([400, 422]).toContain((await admin.ask('GET', `${path}?${query}`)).status);
      }
      const strange = LISTS.find(([name]) => name.split('/').at(-1) !== list.split('/').at(-1))?.[0] ?? '';
      expectProblem(await admin.ask('GET', `${pathOf(strange)}?sort=name&cursor=${cursor}`), 400);
    });
  });

  it('of clients are filtered by each flag and by owner', async () => {
    const names = async (query: string) =>
      (await admin.done<Page<Item>>('GET', `${base()}/clients?${query}`)).data.map(({ name }) => name);
    expect(await names('owner=alpha:read')).toEqual(['alpha:read']);
    expect(await names('first_party=true&client_type=confidential')).toEqual(['gamma_%:read']);
    expect(await names('service_account_enabled=true')).toHaveLength(1);
    expect((await names('public_client=true')).length).toBeGreaterThan(0);
    expect(await names('public_client=true&client_type=confidential')).toEqual([]);
    expect(await names('direct_access_grants_enabled=true')).toEqual([]);
  });

  it("take no cursor of another realm's", async () => {
    for (const list of ['clients', 'roles']) {
      const { page } = await read(`${base()}/${list}`, { limit: '1' });
      expectProblem(await admin.ask('GET', `/realms/${other.name}/${list}?cursor=${page.next_cursor ?? ''}`), 400);
    }
  });

  it('of realms are found by name, byte by byte', async () => {
    const names = async (name: string) => (await read('/realms', { name })).data.map((found) => found.name);
    expect(await names(realm.name)).toEqual([realm.name]);
    expect(await names(realm.name.toUpperCase())).toEqual([]);
    expect(await names(unique('nobody'))).toEqual([]);
  });
});
