import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, unique, type Page, type RealmBody } from './support/administrator.js';
import { expectInvalidMember, expectProblem, type Answer } from './support/http.js';
import { clientCredentials, tokenOf } from './support/protocol.js';

type Members = Readonly<Record<string, unknown>>;

const LIFETIMES = [
  'access_token_lifetime',
  'refresh_token_lifetime',
  'id_token_lifetime',
  'temporary_token_lifetime',
] as const;
const CLIENT_SORTS = ['client_id', '-client_id', 'name', '-name', 'created_at', '-created_at'] as const;
const REALM_SORTS = ['name', '-name', 'created_at', '-created_at'] as const;

/** What the API promises of realms and clients, member by member, as somebody with only the document would use it. */
describe('realms and clients, member by member', () => {
  let admin: Administrator;
  let realm: string;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = (await admin.createRealm()).name;
  });

  const clients = () => `/realms/${realm}/clients`;
  const create = (members: Members = {}) => admin.done<Members>('POST', clients(), { name: unique('row'), ...members });
  const read = async (id: unknown) => (await admin.done<{ data: Members }>('GET', `${clients()}/${String(id)}`)).data;
  const tagOf = (answer: Answer): string => answer.headers.get('etag') ?? '';

  describe('a client', () => {
    const CREATED: readonly (readonly [string, unknown, Members?])[] = [
      ['name', 'Großer Name 😀'],
      ['client_id', 'https://api.example/v1?x=%20'],
      ['client_type', 'confidential'],
      ['client_type', 'public'],
      ['protocol', 'openid-connect'],
      ['enabled', false],
      ['public_client', true],
      ['public_client', false],
      ['service_account_enabled', true],
      ['direct_access_grants_enabled', true],
      ['first_party', true],
      ['description', 'Says\nwhat it is for'],
      ['owner', 'team-billing'],
      ...LIFETIMES.flatMap((name) => [30, 31_536_000, null].map((value) => [name, value] as const)),
    ];

    it.each(CREATED)('is created with %s = %j, and shows it ever after', async (member, value) => {
      const made = await create({ [member]: value });
      expect(made[member]).toEqual(value);
      const { client_secret: secret, ...shown } = made;
      const seen = await read(made['id']);
      expect(seen).toEqual(shown);
      expect(seen['secret']).toBe(seen['public_client'] === true ? null : '***');
      expect(typeof secret).toBe(seen['public_client'] === true ? 'undefined' : 'string');
    });

    it('has every member that it promises, with the defaults of the API', async () => {
      const { client_secret: _secret, ...made } = await create({ name: 'Plain' });
      expect(made).toEqual({
        id: expect.any(String),
        realm_id: expect.any(String),
        client_id: expect.stringMatching(/^[2-9a-hjkmnp-z-]{19}$/),
        name: 'Plain',
        description: null,
        owner: null,
        client_type: 'confidential',
        protocol: 'openid-connect',
        enabled: true,
        public_client: false,
        service_account_enabled: false,
        direct_access_grants_enabled: false,
        first_party: false,
        secret: '***',
        redirect_uris: [],
        ...Object.fromEntries(LIFETIMES.map((name) => [name, null])),
        created_at: expect.stringMatching(/Z$/),
        updated_at: made['created_at'],
      });
    });

    it.each(['', '   ', null])('gets a client_id when %j is sent', async (clientId) => {
      expect((await create({ client_id: clientId }))['client_id']).toMatch(/^[2-9a-hjkmnp-z-]{19}$/);
    });

    const CHANGED: readonly (readonly [string, unknown])[] = [
      ['name', 'Renamed'],
      ['client_id', `changed/${unique('id')}`],
      ['description', 'Other'],
      ['owner', 'other'],
      ['enabled', false],
      ['service_account_enabled', true],
      ['direct_access_grants_enabled', true],
      ['first_party', true],
      ...LIFETIMES.map((name) => [name, 4_000] as const),
    ];

    it.each(CHANGED)('PATCH of %s changes that, and nothing else', async (member, value) => {
      const made = await create({ description: 'd', owner: 'o', access_token_lifetime: 100 });
      const before = await read(made['id']);
      const path = `${clients()}/${String(made['id'])}`;
      const { data } = await admin.done<{ data: Members }>('PATCH', path, { [member]: value });
      expect(data).toEqual({ ...before, [member]: value, updated_at: data['updated_at'] });
      expect(await read(made['id'])).toEqual(data);
      const [event] = await admin.auditEvents(realm, { type: 'client.updated', client_id: String(data['client_id']) });
      expect(event?.['details']).toMatchObject({ changes: { [member]: { before: before[member], after: value } } });
    });

    it.each(['description', 'owner', ...LIFETIMES])('PATCH clears %s with null', async (member) => {
      const made = await create({ [member]: member === 'description' || member === 'owner' ? 'set' : 100 });
      const path = `${clients()}/${String(made['id'])}`;
      const { data } = await admin.done<{ data: Members }>('PATCH', path, { [member]: null });
      expect(data[member]).toBeNull();
      // And what is absent stays, cleared or not.
      expect((await admin.done<{ data: Members }>('PATCH', path, { name: 'x' })).data[member]).toBeNull();
    });

    it.each([
      ...['name', 'client_id', 'enabled', 'service_account_enabled', 'direct_access_grants_enabled', 'first_party'],
    ])('PATCH refuses null for %s, which cannot be without', async (member) => {
      const made = await create();
      const path = `${clients()}/${String(made['id'])}`;
      expectInvalidMember(await admin.ask('PATCH', path, { [member]: null }), `/${member}`);
      expect(await read(made['id'])).toMatchObject({ [member]: made[member] });
    });

    it.each(['id', 'realm_id', 'client_type', 'public_client', 'protocol', 'secret', 'redirect_uris', 'created_at'])(
      'PATCH does not let anybody set %s',
      async (member) => {
        const made = await create();
        const path = `${clients()}/${String(made['id'])}`;
        expectInvalidMember(await admin.ask('PATCH', path, { [member]: made[member] }), `/${member}`);
      },
    );

    it.each(LIFETIMES.flatMap((name) => [29, 31_536_001, 0, -1, 60.5, '60'].map((value) => [name, value] as const)))(
      'refuses %s = %j, at creation and later',
      async (member, value) => {
        const made = await create();
        expectInvalidMember(await admin.ask('POST', clients(), { name: 'x', [member]: value }), `/${member}`);
        expectInvalidMember(
          await admin.ask('PATCH', `${clients()}/${String(made['id'])}`, { [member]: value }),
          `/${member}`,
        );
      },
    );
  });

  describe('a realm', () => {
    it('PUT changes what it names and leaves the rest, each with its event', async () => {
      const made = await admin.done<RealmBody & Members>('POST', '/realms', {
        name: unique('put'),
        display_name: 'Shown',
      });
      const path = `/realms/${made.name}`;
      const steps: readonly Members[] = [{ display_name: 'Other' }, { enabled: false }, { enabled: true }];
      let expected: Members = made;
      for (const change of steps) {
        const changed = await admin.done<Members>('PUT', path, change);
        expected = { ...expected, ...change, updated_at: changed['updated_at'] };
        expect(changed).toEqual(expected);
      }
      expect(await admin.done('PUT', path, { display_name: null })).toMatchObject({ display_name: null });
      expect(await admin.done('PUT', path, {})).toMatchObject({ display_name: null, enabled: true });
      const events = await admin.auditEvents(made.name, { type: 'realm.updated' }, 4);
      expect(events).toHaveLength(4);
    });

    it.each([...LIFETIMES])('PUT …/settings sets %s within its bounds', async (member) => {
      const { name } = await admin.createRealm();
      const path = `/realms/${name}/settings`;
      for (const value of [30, 31_536_000]) {
        const { data } = await admin.done<{ data: RealmBody }>('PUT', path, { [member]: value });
        expect(data.settings[member]).toBe(value);
      }
      for (const value of [29, 31_536_001, null, '60']) {
        expectInvalidMember(await admin.ask('PUT', path, { [member]: value }), `/${member}`);
      }
      const kept = await admin.done<RealmBody>('GET', `/realms/${name}`);
      expect(kept.settings[member]).toBe(31_536_000);
    });

    it('GET …/users/@me/realms shows what the caller may administer: all, or their own', async () => {
      const path = `/realms/${realm}/users/@me/realms`;
      const all = await admin.done<{ data: RealmBody[] }>('GET', path);
      expect(all.data.map(({ name }) => name)).toEqual(expect.arrayContaining(['master', realm]));
      const keeper = await admin.createServiceClient(realm);
      await admin.assignRole(keeper, 'viewer');
      const own = new Administrator(tokenOf(await clientCredentials(keeper)).token);
      const theirs = await own.done<{ data: RealmBody[] }>('GET', path);
      expect(theirs.data).toEqual([await admin.done('GET', `/realms/${realm}`)]);
      const first = await admin.done<Page<RealmBody>>('GET', `${path}?limit=1`);
      const next = `${path}?limit=1&cursor=${encodeURIComponent(first.page.next_cursor ?? '')}`;
      const second = await admin.done<Page<RealmBody>>('GET', next);
      const names = [...first.data, ...second.data].map(({ name }) => name);
      // Others make and delete realms meanwhile.
      expect([names.length, (names[0] ?? '') < (names[1] ?? '')]).toEqual([2, true]);
      const found = await admin.done<{ data: RealmBody[] }>('GET', `${path}?search=${realm}`);
      expect(found.data.map(({ name }) => name)).toEqual([realm]);
      expect((await own.ask('GET', `${path}?search=master`)).body).toMatchObject({ data: [] });
    });
  });

  describe('If-Match', () => {
    /** Single objects with an ETag: where they are read, and a change that works again and again. */
    const OBJECTS: readonly (readonly [string, () => Promise<readonly [string, string, string, unknown]>])[] = [
      ['a realm', async () => [`/realms/${await freshRealm()}`, 'PUT', '', { display_name: unique('n') }]],
      ['settings', async () => [`/realms/${await freshRealm()}`, 'PUT', '/settings', { access_token_lifetime: 99 }]],
      ['a client', async () => [`${clients()}/${String((await create())['id'])}`, 'PATCH', '', { owner: unique('o') }]],
    ];
    const freshRealm = async (): Promise<string> => (await admin.createRealm()).name;

    it.each(OBJECTS)('on %s loses no update', async (_name, object) => {
      const [path, method, part, change] = await object();
      const first = await admin.ask('GET', path);
      const ask = (tag: string) =>
        admin.ask(method, `${path}${part}`, change, tag === '' ? {} : { headers: { 'if-match': tag } });
      expect(tagOf(first)).toMatch(/^"\d+"$/);
      const changed = await ask(tagOf(first));
      expect(changed.status).toBe(200);
      expect(tagOf(changed)).not.toBe(tagOf(first));
      expect(tagOf(await admin.ask('GET', path))).toBe(tagOf(changed));
      expectProblem(await ask(tagOf(first)), 412);
      expectProblem(await ask(`${tagOf(first)}, "999999"`), 412);
      for (const tag of ['*', `"999999", ${tagOf(changed)}`, '']) {
        expect({ tag, status: (await ask(tag)).status }).toEqual({ tag, status: 200 });
      }
      const current = await admin.ask('GET', path);
      expectProblem(await admin.ask('DELETE', path, undefined, { headers: { 'if-match': tagOf(first) } }), 412);
      const unchanged = await admin.ask('GET', path, undefined, { headers: { 'if-none-match': tagOf(current) } });
      expect([unchanged.status, unchanged.text]).toEqual([304, '']);
      const gone = await admin.ask('DELETE', path, undefined, { headers: { 'if-match': tagOf(current) } });
      expect(gone.status).toBe(204);
      expectProblem(await admin.ask('GET', path), 404);
    });
  });

  describe('lists', () => {
    const TEXTS = [
      'plain',
      '100%',
      'under_score',
      'back\\slash',
      "quo'te",
      'Größe',
      'ΟΔΟΣ',
      'Łódź',
      '東京都',
      'emoji 😀 x',
    ];
    let listed: string;

    beforeAll(async () => {
      listed = (await admin.createRealm()).name;
      for (const [index, text] of TEXTS.entries()) {
        await admin.done('POST', `/realms/${listed}/clients`, { name: text, client_id: `id-${String(index)}` });
      }
    });
    const found = async (search: string): Promise<readonly unknown[]> => {
      const query = `search=${encodeURIComponent(search)}&limit=200`;
      const { data, page } = await admin.done<Page<Members>>('GET', `/realms/${listed}/clients?${query}`);
      expect(page.total).toBe(data.length);
      return data.map(({ name }) => name);
    };

    it.each([
      ['%', ['100%']],
      ['_', ['under_score']],
      ['\\', ['back\\slash']],
      ["'", ["quo'te"]],
      ['GRÖ', ['Größe']],
      ['größe', ['Größe']],
      ['δος', ['ΟΔΟΣ']],
      ['łÓDŹ', ['Łódź']],
      ['京', ['東京都']],
      ['😀', ['emoji 😀 x']],
      ['Gro\u0308', ['Größe']],
      ['plain%', []],
      ['*', []],
    ])('search for %j finds %j, letter by letter and whatever its case', async (search, names) => {
      expect(await found(search)).toEqual(names);
    });

    it.each(CLIENT_SORTS)('of clients by %s page through everything once, in order', async (sort) => {
      const read = async (limit: number): Promise<readonly Members[]> => {
        const all: Members[] = [];
        let cursor: string | null = '';
        while (cursor !== null) {
          const query: string = `sort=${sort}&limit=${String(limit)}&cursor=${encodeURIComponent(cursor)}`;
          const page: Page<Members> = await admin.done('GET', `/realms/${listed}/clients?${query}`);
          expect(page.page.total).toBe(TEXTS.length + 3);
          all.push(...page.data);
          cursor = page.page.next_cursor;
        }
        return all;
      };
      const whole = await read(200);
      expect(whole).toHaveLength(TEXTS.length + 3);
      for (const limit of [1, 2, 5]) expect(await read(limit)).toEqual(whole);
      const values = whole.map((client) => Buffer.from(String(client[sort.replace('-', '')])));
      const ordered = values.toSorted((a, b) => Buffer.compare(a, b) * (sort.startsWith('-') ? -1 : 1));
      expect(values).toEqual(ordered);
    });

    it.each([
      ...CLIENT_SORTS.map((sort) => [`/clients?sort=${sort}`] as const),
      ...['/users?', '/roles?', '/audit/events?'].map((path) => [path] as const),
    ])('%s keeps limits, and refuses a cursor that is not its own', async (path) => {
      const list = (query: string) => admin.ask('GET', `/realms/${listed}${path}&${query}`);
      for (const limit of ['0', '201', '-1', '1.5', 'x', '']) {
        const answer = await list(`limit=${limit}`);
        expect({ limit, refused: [400, 422].includes(answer.status) || limit === '' }).toEqual({
          limit,
          refused: true,
        });
      }
      for (const limit of ['1', '200']) expect((await list(`limit=${limit}`)).status).toBe(200);
      for (const cursor of ['x', 'W10', 'WyJhIiwiYiIsImMiXQ', encodeURIComponent('["a"]'), '%00', 'a'.repeat(1_000)]) {
        const answer = await list(`cursor=${cursor}`);
        expect({ cursor, refused: [400, 422].includes(answer.status) }).toEqual({ cursor, refused: true });
      }
    });

    it('of realms by every order give out cursors that fit no other', async () => {
      const cursors = await Promise.all(
        REALM_SORTS.map(async (sort) => {
          const page = await admin.done<Page<RealmBody>>('GET', `/realms?limit=1&sort=${sort}`);
          return [sort, page.page.next_cursor ?? ''] as const;
        }),
      );
      for (const [sort, cursor] of cursors) {
        for (const other of REALM_SORTS) {
          const { status } = await admin.ask(
            'GET',
            `/realms?limit=1&sort=${other}&cursor=${encodeURIComponent(cursor)}`,
          );
          expect({ sort, other, status }).toEqual({ sort, other, status: sort === other ? 200 : 400 });
        }
      }
    });
  });
});
