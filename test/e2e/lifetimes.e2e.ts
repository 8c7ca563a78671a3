import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, unique, type ClientBody, type TestClient } from './support/administrator.js';
import { expectInvalidMember, expectProblem } from './support/http.js';
import { clientCredentials, tokenOf } from './support/protocol.js';
import { shape } from './support/shape.js';

const MEMBERS = [
  'access_token_lifetime',
  'refresh_token_lifetime',
  'id_token_lifetime',
  'temporary_token_lifetime',
] as const;

/** Token lifetimes: a realm's, and a client's own. */
describe('token lifetimes', () => {
  let admin: Administrator;
  let realm: string;
  let inheriting: TestClient;
  let own: TestClient;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = (await admin.createRealm()).name;
    inheriting = await admin.createServiceClient(realm);
    own = await admin.createServiceClient(realm, { access_token_lifetime: 77 });
  });

  /** What a token says of its life, at every gateway. */
  const lifetimeOf = async (client: TestClient): Promise<readonly number[]> => {
    const lifetimes: number[] = [];
    for (const base of shape().baseUrls) {
      const answer = await clientCredentials(client, {}, { base });
      const { claims } = tokenOf(answer);
      const lifetime = Number(claims.exp) - Number(claims.iat);
      expect((answer.body as { expires_in: number }).expires_in).toBe(lifetime);
      lifetimes.push(lifetime);
    }
    return [...new Set(lifetimes)];
  };

  it('changing the realm’s changes every inheriting client at once, and no other', async () => {
    expect([await lifetimeOf(inheriting), await lifetimeOf(own)]).toEqual([[300], [77]]);
    for (const seconds of [61, 62, 63]) {
      await admin.done('PUT', `/realms/${realm}/settings`, { access_token_lifetime: seconds });
      expect([await lifetimeOf(inheriting), await lifetimeOf(own)]).toEqual([[seconds], [77]]);
    }
  });

  it('a client’s own is set and taken back with null at once; what is stored says which it is', async () => {
    const path = `/realms/${realm}/clients/${inheriting.id}`;
    const patched = await admin.done<{ data: ClientBody }>('PATCH', path, { access_token_lifetime: 91 });
    expect(patched.data).toMatchObject({ access_token_lifetime: 91, refresh_token_lifetime: null });
    expect(await lifetimeOf(inheriting)).toEqual([91]);
    await admin.done('PATCH', path, { access_token_lifetime: null });
    expect(await lifetimeOf(inheriting)).toEqual([63]);
    expect((await admin.done<{ data: ClientBody }>('GET', path)).data).toMatchObject({ access_token_lifetime: null });
  });

  it.each(MEMBERS)('%s is kept for a realm and a client, each apart', async (member) => {
    await admin.done('PUT', `/realms/${realm}/settings`, { [member]: 4_321 });
    const shown = await admin.done<{ settings: Record<string, number> }>('GET', `/realms/${realm}`);
    expect(shown.settings[member]).toBe(4_321);
    const path = `/realms/${realm}/clients/${own.id}`;
    const before = await admin.done<{ data: Record<string, unknown> }>('GET', path);
    const after = await admin.done<{ data: Record<string, unknown> }>('PATCH', path, { [member]: 120 });
    expect(after.data).toEqual({ ...before.data, [member]: 120, updated_at: after.data['updated_at'] });
    const cleared = await admin.done<{ data: Record<string, unknown> }>('PATCH', path, { [member]: null });
    expect(cleared.data[member]).toBeNull();
  });

  it.each(MEMBERS)('%s has bounds, and says which', async (member) => {
    for (const value of [29, 0, -1, 31_536_001, 60.5, '300', true, 1e300]) {
      const answers = [
        await admin.ask('PUT', `/realms/${realm}/settings`, { [member]: value }),
        await admin.ask('PATCH', `/realms/${realm}/clients/${own.id}`, { [member]: value }),
        await admin.ask('POST', `/realms/${realm}/clients`, { name: 'x', [member]: value }),
      ];
      for (const answer of answers) {
        expectInvalidMember(answer, `/${member}`);
        expect(answer.text).toContain('30 to 31536000');
      }
    }
    expectInvalidMember(await admin.ask('PUT', `/realms/${realm}/settings`, { [member]: null }), `/${member}`);
    for (const value of [30, 31_536_000]) {
      await admin.done('PATCH', `/realms/${realm}/clients/${own.id}`, { [member]: value });
    }
  });

  it('changes of settings follow If-Match', async () => {
    const path = `/realms/${realm}/settings`;
    const tag = (await admin.ask('GET', `/realms/${realm}`)).headers.get('etag') ?? '';
    const headers = { 'if-match': tag };
    const done = await admin.ask('PUT', path, { access_token_lifetime: 300 }, { headers });
    expect(done.status).toBe(200);
    expectProblem(await admin.ask('PUT', path, { access_token_lifetime: 301 }, { headers }), 412);
    expect(done.headers.get('etag')).toBe((await admin.ask('GET', `/realms/${realm}`)).headers.get('etag'));
  });
});

describe('lost updates', () => {
  it('50 parallel PATCHes with If-Match lose none', async () => {
    const admin = await Administrator.signIn();
    const { name: realm } = await admin.createRealm();
    const client = await admin.createServiceClient(realm, { description: '' });
    const path = `/realms/${realm}/clients/${client.id}`;
    const { baseUrls } = shape();
    const words = Array.from({ length: 50 }, (_, i) => unique(String(i)));
    let refused = 0;
    let left = words.length;
    await Promise.all(
      words.map(async (word, i) => {
        const base = baseUrls[i % baseUrls.length] ?? '';
        for (;;) {
          const read = await admin.ask('GET', path, undefined, { base });
          const { description } = (read.body as { data: { description: string } }).data;
          const headers = { 'if-match': read.headers.get('etag') ?? '' };
          const answer = await admin.ask('PATCH', path, { description: `${description} ${word}` }, { headers, base });
          if (answer.status === 200) {
            left -= 1;
            return;
          }
          expectProblem(answer, 412);
          refused += 1;
          // All at once the first time; later not, so that not all but one are in vain.
          await new Promise((resolve) => setTimeout(resolve, Math.random() * left * 30));
        }
      }),
    );
    const { data } = await admin.done<{ data: { description: string } }>('GET', path);
    expect(data.description.trim().split(' ').toSorted()).toEqual(words.toSorted());
    expect(refused).toBeGreaterThan(0);
    const events = await admin.auditEvents(realm, { type: 'client.updated', limit: '200' }, 50);
    expect(events).toHaveLength(50);
  }, 60_000);
});
