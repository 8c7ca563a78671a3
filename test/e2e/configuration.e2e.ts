import { beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../scripts/cli/run.js';
import { Administrator, unique, type TestClient } from './support/administrator.js';
import { expectInvalidMember, expectProblem } from './support/http.js';
import { clientCredentials, requestToken } from './support/protocol.js';
import { baseUrl, shape } from './support/shape.js';

const SECRET = 'Y0dDs8b5S1Q4rTz7mWcE2uKpXvNaLhJf';

interface Result {
  readonly changes: readonly { readonly action: string; readonly kind: string; readonly name: string }[];
}

describe('a realm as a document', () => {
  let admin: Administrator;
  let realm: string;

  beforeAll(async () => {
    admin = await Administrator.signIn();
  });

  async function chancery(args: readonly string[], environment: Record<string, string> = {}) {
    const said = { out: '', error: '' };
    const { adminUsername, adminPassword } = shape();
    const code = await run([...args, '--url', baseUrl(), '--realm', realm, '--username', adminUsername], {
      environment: { CHANCERY_PASSWORD: adminPassword, ...environment },
      out: { write: (text) => (said.out += text) },
      error: { write: (text) => (said.error += text) },
    });
    return { code, ...said };
  }

  /** A client whose service account holds a role of the realm, signed in. */
  async function holderOf(roleName: string): Promise<Administrator> {
    const client: TestClient = await admin.createServiceClient(realm);
    await admin.assignRole(client, roleName);
    const answer = await clientCredentials(client);
    return new Administrator((answer.body as { access_token: string }).access_token);
  }

  it('is planned, applied, and then has no changes; its secret works at once', async () => {
    realm = (await admin.createRealm()).name;
    const folder = mkdtempSync(join(tmpdir(), 'chancery-e2e-'));
    try {
      const file = join(folder, 'realm.yaml');
      writeFileSync(
        file,
        `version: 1
realm:
  settings: { access_token_lifetime: 77 }
clients:
  - client_id: billing
    service_account_enabled: true
    secret_from: { env: BILLING_SECRET }
  - client_id: web
    client_type: public
    redirect_uris: [https://app.example/cb]
`,
      );
      const environment = { BILLING_SECRET: SECRET };
      const plan = await chancery(['plan', file], environment);
      expect(plan).toMatchObject({ code: 2, error: '' });
      expect(plan.out).toContain('+ client billing');
      expect(plan.out).toContain('2 to create, 1 to change, 0 to delete');
      expect(await chancery(['apply', file], environment)).toMatchObject({ code: 2, error: '' });
      expect(await chancery(['apply', file], environment)).toEqual({ code: 0, out: 'no changes\n', error: '' });
      expect(await chancery(['plan', file], environment)).toEqual({ code: 0, out: 'no changes\n', error: '' });
      const answer = await requestToken(realm, {
        form: { grant_type: 'client_credentials', client_id: 'billing', client_secret: SECRET },
      });
      expect(answer).toMatchObject({ status: 200, body: { expires_in: 77 } });

      const exported = await chancery(['export']);
      expect(exported.code).toBe(0);
      expect(exported.out).not.toContain(SECRET);
      writeFileSync(file, `${exported.out}prune: true\n`);
      expect(await chancery(['plan', file])).toEqual({ code: 0, out: 'no changes\n', error: '' });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    const events = await admin.auditEvents(realm, { type: 'client.created', client_id: 'billing' });
    expect(JSON.stringify(events)).not.toContain(SECRET);
  });

  it('is seen by the very next token request: what it disables and prunes gets none', async () => {
    realm = (await admin.createRealm()).name;
    const [disabled, pruned] = [await admin.createServiceClient(realm), await admin.createServiceClient(realm)];
    for (const client of [disabled, pruned]) expect((await clientCredentials(client)).status).toBe(200);
    const { changes } = await admin.done<Result>('POST', `/realms/${realm}/apply`, {
      version: 1,
      prune: true,
      clients: [{ client_id: disabled.clientId, enabled: false }],
    });
    expect(changes.map(({ action, name }) => `${action} ${name}`)).toEqual([
      `update ${disabled.clientId}`,
      `delete ${pruned.clientId}`,
    ]);
    for (const base of shape().baseUrls) {
      expect((await clientCredentials(disabled, {}, { base })).status).toBe(401);
      expect((await clientCredentials(pruned, {}, { base })).status).toBe(401);
    }
  });

  it('may be compared by those who may view, and applied by those who may change', async () => {
    realm = (await admin.createRealm()).name;
    const viewer = await holderOf('viewer');
    const document = { version: 1, clients: [{ client_id: unique('new') }] };
    const { changes } = await viewer.done<Result>('POST', `/realms/${realm}/plan`, document);
    expect(changes).toMatchObject([{ action: 'create', kind: 'client' }]);
    expectProblem(await viewer.ask('POST', `/realms/${realm}/apply`, document), 403);
    expect(await viewer.done('GET', `/realms/${realm}/export`)).toMatchObject({ version: 1, realm: { enabled: true } });
    const elsewhere = (await admin.createRealm()).name;
    expect((await viewer.ask('GET', `/realms/${elsewhere}/export`)).status).toBeGreaterThanOrEqual(401);
    expect((await viewer.ask('POST', `/realms/${elsewhere}/plan`, document)).status).toBeGreaterThanOrEqual(401);
  });

  it('changes nothing at all when one part of it is refused', async () => {
    realm = (await admin.createRealm()).name;
    const good = unique('good');
    const document = {
      version: 1,
      clients: [{ client_id: good }, { client_id: 'bad', redirect_uris: ['http://evil.example/cb'] }],
    };
    for (const action of ['plan', 'apply']) {
      expectInvalidMember(
        await admin.ask('POST', `/realms/${realm}/${action}`, document),
        '/clients/1/redirect_uris/0',
      );
    }
    const { clients } = await admin.done<{ clients: unknown[] }>('GET', `/realms/${realm}/export`);
    expect(clients).toEqual([]);
  });

  it.each([
    [{}, '/version'],
    [{ version: 1, clients: {} }, '/clients'],
    [{ version: 1, clients: [{ client_id: 'a', secret: 'x' }] }, '/clients/0/secret'],
    [{ version: 1, users: [] }, '/users'],
    [{ version: 1, secrets: { a: 5 } }, '/secrets'],
  ])('%j is refused with a pointer', async (document, pointer) => {
    expectInvalidMember(await admin.ask('POST', `/realms/${realm}/plan`, document), pointer);
  });

  it('may be large, but not without end', async () => {
    const few = (count: number) => ({
      version: 1,
      clients: Array.from({ length: count }, (_, index) => ({ client_id: `client-${index}` })),
    });
    const { changes } = await admin.done<Result>('POST', `/realms/${realm}/plan`, few(3_000));
    expect(changes).toHaveLength(3_000);
    expectInvalidMember(await admin.ask('POST', `/realms/${realm}/plan`, few(10_001)), '/clients');
  });

  it('is applied by many at once as if by one after the other', async () => {
    realm = (await admin.createRealm()).name;
    const clients = Array.from({ length: 5 }, (_, index) => ({
      client_id: `client-${index}`,
      service_account_enabled: true,
    }));
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => admin.ask('POST', `/realms/${realm}/apply`, { version: 1, clients })),
    );
    for (const { status } of answers) expect([200, 409, 503]).toContain(status);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    const { changes } = await admin.done<Result>('POST', `/realms/${realm}/apply`, { version: 1, clients });
    expect(changes).toEqual([]);
  });
});
