import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, unique, type Page, type TestClient } from './support/administrator.js';
import { ask, expectProblem, type Answer } from './support/http.js';
import { shape } from './support/shape.js';

interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: object }>>>>;
}
/** How to ask for one creation, and for how many there are. */
interface Creation {
  readonly body: () => object;
  readonly other: () => object;
  /** Where the answers have a secret that only the first shows. */
  readonly secret?: string;
}

/** Every route that creates, as the document of the API has them: asked again under one key, it creates nothing more. */
describe('creations under an Idempotency-Key', () => {
  let admin: Administrator;
  let realm: string;
  let client: TestClient;
  let routes: readonly string[];

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = (await admin.createRealm()).name;
    client = await admin.createServiceClient(realm);
    const { paths } = (await ask('GET', '/openapi.json')).body as ApiDocument;
    routes = Object.entries(paths)
      .filter(
        ([, operations]) => operations['post'] !== undefined && Object.hasOwn(operations['post'].responses, '201'),
      )
      .map(([path]) => path);
  });

  const named = (): Creation => ({
    body: () => ({ name: unique('idem') }),
    other: () => ({ name: unique('other') }),
  });
  const uri = (path: string): Creation => ({
    body: () => ({ value: `https://${unique('a')}.example${path}` }),
    other: () => ({ value: `https://${unique('b')}.example${path}` }),
  });
  const CREATIONS: Readonly<Record<string, Creation>> = {
    '/realms': named(),
    '/realms/{realm}/clients': { ...named(), secret: 'client_secret' },
    '/realms/{realm}/clients/{id}/secrets': { ...named(), secret: 'secret' },
    '/realms/{realm}/clients/{id}/redirects': uri('/cb'),
    '/realms/{realm}/clients/{id}/post-logout-redirects': uri('/bye'),
    '/realms/{realm}/clients/{id}/web-origins': uri(''),
    '/realms/{realm}/clients/{id}/roles': named(),
    '/realms/{realm}/clients/{id}/permissions': named(),
    '/realms/{realm}/roles': named(),
    '/realms/{realm}/permissions': named(),
    '/realms/{realm}/webhooks': {
      body: () => ({ url: `https://${unique('a')}.example/audit` }),
      other: () => ({ url: `https://${unique('b')}.example/audit` }),
      secret: 'secret',
    },
    '/realms/{realm}/users': {
      body: () => ({ username: unique('idem') }),
      other: () => ({ username: unique('other') }),
    },
  };
  const urlOf = (path: string) => path.replace('{realm}', realm).replace('{id}', client.id);
  const create = (path: string, body: object, key: string, base?: string): Promise<Answer> =>
    admin.ask('POST', urlOf(path), body, {
      headers: { 'idempotency-key': key },
      ...(base === undefined ? {} : { base }),
    });
  const countOf = async (path: string): Promise<number> => {
    const list = await admin.done<Page<unknown> | unknown[]>('GET', `${urlOf(path)}`);
    return Array.isArray(list) ? list.length : list.page.total;
  };
  const without = (body: unknown, member: string | undefined): unknown =>
    member === undefined ? body : { ...(body as object), [member]: null };

  it('are all here', () => {
    expect([...routes].sort()).toEqual(Object.keys(CREATIONS).sort());
  });

  it.each(Object.entries(CREATIONS))('%s', async (path, { body, other, secret }) => {
    const { baseUrls } = shape();
    const key = unique('key');
    const asked = body();
    const first = await create(path, asked, key);
    expect({ status: first.status, text: first.text }).toMatchObject({ status: 201 });
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    // Others of the file run beside: only lists of this realm can be counted.
    const count = path === '/realms' ? null : await countOf(path);
    for (const base of baseUrls) {
      const again = await create(path, asked, key, base);
      expect({ status: again.status, replayed: again.headers.get('idempotency-replayed') }).toEqual({
        status: 201,
        replayed: 'true',
      });
      for (const header of ['location', 'etag']) expect(again.headers.get(header)).toBe(first.headers.get(header));
      expect(again.body).toEqual(without(first.body, secret));
    }
    if (secret !== undefined) expect((first.body as Record<string, unknown>)[secret]).toEqual(expect.any(String));
    const reused = await create(path, other(), key);
    expectProblem(reused, 422);
    expect(reused.body).toMatchObject({ type: 'urn:chancery:error:idempotency_key_reused' });
    expectProblem(await create(path, asked, 'not a key'), 400);
    if (count !== null) expect(await countOf(path)).toBe(count);

    const at = unique('key');
    const wanted = body();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => create(path, wanted, at, baseUrls[index % baseUrls.length])),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(new Set(answers.map((answer) => JSON.stringify(without(answer.body, secret)))).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
    if (count !== null) expect(await countOf(path)).toBe(count + 1);
  });
});
