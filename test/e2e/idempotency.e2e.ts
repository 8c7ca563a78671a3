import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, unique, type ClientBody, type Page, type RealmBody } from './support/administrator.js';
import { expectProblem } from './support/http.js';
import { clientCredentials } from './support/protocol.js';
import { shape } from './support/shape.js';

/** `Idempotency-Key` on creations: a caller that heard no answer may ask again without creating twice. */
describe('Idempotency-Key', () => {
  let admin: Administrator;
  let realm: string;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = (await admin.createRealm()).name;
  });

  const withKey = (key: string, base?: string) => ({
    headers: { 'idempotency-key': key },
    ...(base === undefined ? {} : { base }),
  });
  const clientsOf = async (search: string) =>
    (await admin.done<Page<ClientBody>>('GET', `/realms/${realm}/clients?search=${search}`)).page.total;

  it('answers a repeated registration as the first time, at every gateway, but never shows the secret again', async () => {
    const name = unique('idem');
    const key = unique('key');
    const body = { name, service_account_enabled: true, redirect_uris: ['https://a.example/cb'] };
    const first = await admin.ask('POST', `/realms/${realm}/clients`, body, withKey(key));
    expect(first.status).toBe(201);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    const created = first.body as ClientBody;
    for (const base of shape().baseUrls) {
      const again = await admin.ask('POST', `/realms/${realm}/clients`, body, withKey(key, base));
      expect(again.status).toBe(201);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      for (const header of ['location', 'etag']) expect(again.headers.get(header)).toBe(first.headers.get(header));
      expect(again.body).toEqual({ ...created, client_secret: null });
    }
    expect(await clientsOf(name)).toBe(1);
    const client = { realm, id: created.id, clientId: created.client_id, secret: created.client_secret ?? '' };
    expect((await clientCredentials(client)).status).toBe(200);
    // Members in another order, and defaults written out, are the same request; the quoted form is the same key.
    const written = { ...body, enabled: true, client_type: 'confidential', description: null, name };
    expect((await admin.ask('POST', `/realms/${realm}/clients`, written, withKey(`"${key}"`))).body).toMatchObject({
      id: created.id,
    });
    const events = await admin.auditEvents(realm, { type: 'client.created', client_id: created.client_id });
    expect(events).toHaveLength(1);
  });

  it('answers a repeated creation of a realm, and creates anew when that realm was deleted since', async () => {
    const body = { name: unique('idem'), display_name: 'Once' };
    const key = unique('key');
    const first = await admin.ask('POST', '/realms', body, withKey(key));
    const again = await admin.ask('POST', '/realms', body, withKey(key));
    expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 201, 'true']);
    expect(again.text).toBe(first.text);
    expectProblem(await admin.ask('POST', '/realms', body), 409);
    await admin.done('DELETE', `/realms/${body.name}`);
    const anew = await admin.ask('POST', '/realms', body, withKey(key));
    expect(anew.status).toBe(201);
    expect((anew.body as RealmBody).id).not.toBe((first.body as RealmBody).id);
  });

  it('answers 422 to the same key with another body', async () => {
    const key = unique('key');
    const name = unique('idem');
    await admin.done('POST', `/realms/${realm}/clients`, { name }, withKey(key));
    const answer = await admin.ask('POST', `/realms/${realm}/clients`, { name, enabled: false }, withKey(key));
    expectProblem(answer, 422);
    expect(answer.body).toMatchObject({ type: 'urn:chancery:error:idempotency_key_reused' });
    expect(await clientsOf(name)).toBe(1);
  });

  it('keeps realms, routes and actors apart', async () => {
    const key = unique('key');
    const body = { name: unique('idem') };
    const other = (await admin.createRealm()).name;
    const deputy = await admin.createServiceClient(realm);
    await admin.assignRole(deputy, 'admin');
    const token = (await clientCredentials(deputy)).body as { access_token: string };
    const answers = [
      await admin.ask('POST', `/realms/${realm}/clients`, body, withKey(key)),
      await admin.ask('POST', `/realms/${other}/clients`, body, withKey(key)),
      await admin.ask('POST', '/realms', body, withKey(key)),
      await new Administrator(token.access_token).ask('POST', `/realms/${realm}/clients`, body, withKey(key)),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(answers.map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, null, null, null]);
    expect(new Set(answers.map(({ body: one }) => (one as { id: string }).id)).size).toBe(4);
  });

  it('keeps nothing of a request that failed', async () => {
    const key = unique('key');
    const name = unique('idem');
    expectProblem(await admin.ask('POST', `/realms/${realm}/clients`, { name, enabled: 1 }, withKey(key)), 422);
    const taken = { name, client_id: 'account' };
    expectProblem(await admin.ask('POST', `/realms/${realm}/clients`, taken, withKey(key)), 409);
    expect((await admin.ask('POST', `/realms/${realm}/clients`, { name }, withKey(key))).status).toBe(201);
  });

  it('creates once when many ask at once, at all gateways; exactly one is shown the secret', async () => {
    const { baseUrls } = shape();
    const [name, key] = [unique('idem'), unique('key')];
    const body = { name, service_account_enabled: true };
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, i) =>
        admin.ask('POST', `/realms/${realm}/clients`, body, withKey(key, baseUrls[i % baseUrls.length])),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    const bodies = answers.map((answer) => answer.body as ClientBody);
    expect(new Set(bodies.map(({ id }) => id)).size).toBe(1);
    expect(bodies.filter((one) => typeof one.client_secret === 'string')).toHaveLength(1);
    expect(await clientsOf(name)).toBe(1);

    const realmName = unique('idem');
    const realms = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        admin.ask('POST', '/realms', { name: realmName }, withKey(key, baseUrls[i % baseUrls.length])),
      ),
    );
    expect(realms.map(({ status }) => status)).toEqual(realms.map(() => 201));
    expect(new Set(realms.map((answer) => (answer.body as RealmBody).id)).size).toBe(1);
  });

  it('refuses what cannot be a key', async () => {
    for (const key of ['', 'a b', '""', 'x'.repeat(256)]) {
      expectProblem(await admin.ask('POST', `/realms/${realm}/clients`, { name: 'x' }, withKey(key)), 400);
    }
  });
});
