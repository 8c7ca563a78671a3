import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Administrator, unique, type Page } from './support/administrator.js';
import { ask, type Answer } from './support/http.js';
import { clientCredentials, tokenOf } from './support/protocol.js';

// Every route with every id of another realm.
jest.setTimeout(240_000);

interface Operation {
  readonly method: string;
  readonly path: string;
  /** Names of the path's parameters after the realm. */
  readonly parameters: readonly string[];
  readonly query: string;
  /** The documented example. */
  readonly body: unknown;
}

interface OperationObject {
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly example?: unknown }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly example?: unknown }>> };
}

/** The realm, and the id of one thing of each kind in it. */
interface Inventory {
  readonly realm: string;
  readonly ids: Readonly<Record<string, string>>;
  /** What stands for an API's or the realm's own permission in a path: no id, but nobody else's business either. */
  readonly permission: string;
  readonly owner: Administrator;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const REALM_PREFIX = /^\/realms\/\{realm\}\//;

/** Administration routes with at least one parameter besides the realm, as the product documents them: a new one is in it. */
async function operations(): Promise<readonly Operation[]> {
  const { paths } = (await ask('GET', '/openapi.json')).body as {
    paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  };
  return Object.entries(paths)
    .filter(([path]) => REALM_PREFIX.test(path) && !/\/(?:protocol|\.well-known)\//.test(path))
    .flatMap(([path, item]) =>
      METHODS.flatMap((method): Operation[] => {
        const operation = item[method];
        if (operation === undefined) return [];
        const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').filter((name) => name !== 'realm');
        const content = Object.values(operation.requestBody?.content ?? {})[0];
        const query = (operation.parameters ?? [])
          .filter((parameter) => parameter.in === 'query' && parameter.example !== undefined)
          .map(({ name, example }) => `${name}=${encodeURIComponent(String(example))}`);
        return [
          {
            method: method.toUpperCase(),
            path,
            parameters: names,
            query: query.length === 0 ? '' : `?${query.join('&')}`,
            body: content?.example,
          },
        ];
      }),
    );
}

/** A realm with one of everything, and somebody of it who may do all. */
async function inventory(master: Administrator): Promise<Inventory> {
  const { name: realm } = await master.createRealm();
  const base = `/realms/${realm}`;
  const client = await master.createServiceClient(realm, { redirect_uris: ['https://app.example/callback'] });
  const own = `${base}/clients/${client.id}`;
  const idOf = async (method: string, path: string, body?: unknown): Promise<string> => {
    const answer = await master.done<{ id?: string; data?: { id: string } | { id: string }[] }>(method, path, body);
    const found = Array.isArray(answer.data) ? answer.data[0] : (answer.data ?? answer);
    return (found as { id: string }).id;
  };
  await master.done('POST', `${own}/permissions`, { name: 'things:read' });
  await master.done('POST', `${base}/permissions`, { name: 'things:read' });
  await master.assignRole(client, 'viewer');
  const ids = {
    client: client.id,
    secret: await idOf('GET', `${own}/secrets`),
    redirect: ((await master.done('GET', `${own}/redirects`)) as { id: string }[])[0]?.id ?? '',
    postLogoutRedirect: await idOf('POST', `${own}/post-logout-redirects`, { value: 'https://app.example/bye' }),
    webOrigin: await idOf('POST', `${own}/web-origins`, { value: 'https://app.example' }),
    role: await idOf('POST', `${base}/roles`, { name: unique('role') }),
    clientRole: await idOf('POST', `${own}/roles`, { name: unique('role'), permissions: ['things:read'] }),
    user: await idOf('POST', `${base}/users`, { username: unique('user') }),
    account: await idOf('GET', `${own}/service-account-user`),
    key: ((await master.done('GET', `${base}/keys`)) as Page<{ kid: string }>).data[0]?.kid ?? '',
    event: (await master.auditEvents(realm, { type: 'client.created' }))[0]?.id ?? '',
    realm: ((await master.done('GET', base)) as { id: string }).id,
  };
  const keeper = await master.createServiceClient(realm);
  await master.assignRole(keeper, 'admin');
  return {
    realm,
    ids,
    permission: 'things:read',
    owner: new Administrator(tokenOf(await clientCredentials(keeper)).token),
  };
}

/** Everything that can be seen of a realm but its log, to tell whether anything of it has changed. */
async function everythingOf(master: Administrator, { realm, ids }: Inventory): Promise<unknown> {
  const own = `clients/${ids['client'] ?? ''}`;
  const paths = [
    ...['', '/clients?limit=200', '/users?limit=200', '/roles?limit=200', '/permissions', '/keys', '/export'],
    ...['', '/secrets', '/redirects', '/post-logout-redirects', '/web-origins', '/roles', '/permissions'].map(
      (part) => `/${own}${part}`,
    ),
    ...[`/users/${ids['user'] ?? ''}/roles`, `/users/${ids['account'] ?? ''}/roles`, `/${own}/service-account-user`],
    ...[`/roles/${ids['role'] ?? ''}/subjects`, `/roles/${ids['clientRole'] ?? ''}/subjects`],
  ];
  return Promise.all(paths.map((path) => master.done('GET', `/realms/${realm}${path}`)));
}

/** The same body with every id in it replaced. */
function withIds(body: unknown, id: string): unknown {
  return JSON.parse(
    JSON.stringify(body, (_name, value: unknown) => (typeof value === 'string' && UUID.test(value) ? id : value)) ??
      'null',
  );
}

describe('ids of another realm', () => {
  let master: Administrator;
  let theirs: Inventory;
  let ours: Inventory;
  let all: readonly Operation[];
  let before: unknown;

  beforeAll(async () => {
    master = await Administrator.signIn();
    [theirs, ours] = [await inventory(master), await inventory(master)];
    all = await operations();
    before = await everythingOf(master, theirs);
  });

  const foreign = () => Object.values(theirs.ids).filter((id) => UUID.test(id));
  const send = (who: Administrator, { method, path, query, body }: Operation, values: readonly string[]) => {
    let next = 0;
    const url = path
      .replace('{realm}', ours.realm)
      .replaceAll(/\{\w+\}/g, () => encodeURIComponent(values[next++] ?? ''));
    return who.ask(method, `${url}${query}`, method === 'GET' || method === 'DELETE' ? undefined : (body ?? {}));
  };
  const refused = (answer: Answer, what: string): void => {
    // 404 before anything else: neither a permission nor a member of the body tells that such a thing exists.
    expect({ what, status: answer.status, text: answer.text }).toMatchObject({ what, status: 404 });
  };

  it('the routes are all known', () => {
    expect(all.length).toBeGreaterThan(50);
    expect(all.filter(({ parameters }) => parameters.length > 0).length).toBeGreaterThan(40);
  });

  it('are not there, whichever route they are sent to, whoever asks, and nothing changes', async () => {
    for (const operation of all.filter(({ parameters }) => parameters.length === 1 && parameters[0] !== 'name')) {
      for (const id of foreign()) {
        for (const who of [ours.owner, master]) {
          refused(await send(who, operation, [id]), `${operation.method} ${operation.path} ${id}`);
        }
      }
    }
    expect(await everythingOf(master, theirs)).toEqual(before);
  });

  it('are not there below a thing of one’s own, nor is a thing of one’s own below theirs', async () => {
    const values = (name: string, { ids, permission }: Inventory): readonly string[] =>
      name === 'name' ? [permission] : Object.values(ids).filter((id) => UUID.test(id));
    for (const operation of all.filter(({ parameters }) => parameters.length === 2)) {
      const [first = '', second = ''] = operation.parameters;
      const pairs = [
        ...values(first, theirs).flatMap((one) => values(second, theirs).map((two) => [one, two])),
        ...values(first, theirs).flatMap((one) => values(second, ours).map((two) => [one, two])),
        // A permission has the same name in both realms: below a client of one's own it is one's own.
        ...(second === 'name'
          ? []
          : values(first, ours).flatMap((one) => values(second, theirs).map((two) => [one, two]))),
      ];
      for (const pair of pairs) {
        refused(await send(ours.owner, operation, pair), `${operation.method} ${operation.path} ${pair.join(' ')}`);
      }
    }
    expect(await everythingOf(master, theirs)).toEqual(before);
  });

  it('do nothing in a body either', async () => {
    const own: Readonly<Record<string, string>> = ours.ids;
    const kinds: readonly (readonly [RegExp, string])[] = [
      [/\/clients\/\{/, 'client'],
      [/\/roles\/\{/, 'role'],
      [/\/users\/\{/, 'user'],
    ];
    const withBody = all.filter(({ body }) => JSON.stringify(body ?? null) !== JSON.stringify(withIds(body, 'x')));
    expect(withBody.length).toBeGreaterThan(1);
    for (const operation of withBody) {
      const kind = kinds.find(([pattern]) => pattern.test(operation.path))?.[1] ?? '';
      for (const id of foreign()) {
        const answer = await send(ours.owner, { ...operation, body: withIds(operation.body, id) }, [own[kind] ?? '']);
        const what = `${operation.method} ${operation.path} ${id}`;
        expect({ what, refused: [404, 409, 422].includes(answer.status) }).toEqual({ what, refused: true });
      }
    }
    expect(await everythingOf(master, theirs)).toEqual(before);
  });

  it('and under their own realm nothing answers to somebody of another', async () => {
    for (const operation of all) {
      let next = 0;
      const path = operation.path
        .replace('{realm}', theirs.realm)
        .replaceAll(/\{\w+\}/g, () => (next++ === 0 ? (theirs.ids['client'] ?? '') : (theirs.ids['secret'] ?? '')));
      const sent = operation.method === 'GET' || operation.method === 'DELETE' ? undefined : (operation.body ?? {});
      const { status } = await ours.owner.ask(operation.method, `${path}${operation.query}`, sent);
      expect({ operation: `${operation.method} ${operation.path}`, status }).toMatchObject({ status: 401 });
    }
    expect(await everythingOf(master, theirs)).toEqual(before);
  });
});
