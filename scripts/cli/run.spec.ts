import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.js';

interface Heard {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

const SECRET = 'a-secret-of-more-than-thirty-two-characters';
const CHANGE = {
  action: 'update',
  kind: 'client',
  name: 'bill\u001bing',
  members: [{ name: 'enabled', before: true, after: false }],
};

describe('chancery', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chancery-cli-'));
  const file = join(folder, 'realm.yaml');
  const heard: Heard[] = [];
  let answer: { readonly status: number; readonly body: unknown; readonly breaksOff?: boolean };
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = createServer((request, response) => void serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await new Promise((resolve) => server.close(resolve));
  });
  beforeEach(() => {
    heard.length = 0;
    answer = { status: 200, body: { changes: [], impact: null, digest: 'd' } };
    writeFileSync(file, 'version: 1\nclients:\n  - client_id: billing\n    secret_from: { file: secret.txt }\n');
    writeFileSync(join(folder, 'secret.txt'), `${SECRET}\n`);
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { url: path = '', headers } = request;
    heard.push({ path, authorization: headers.authorization, body: Buffer.concat(chunks).toString() });
    const isToken = path.endsWith('/token');
    response.writeHead(isToken ? 200 : answer.status, { 'content-type': 'application/json' });
    if (isToken || answer.breaksOff !== true) {
      response.end(JSON.stringify(isToken ? { access_token: 't' } : answer.body));
    } else response.write('{"changes":', () => response.destroy());
  }

  async function chancery(args: string, { isTTY = false, environment = {} as Record<string, string> } = {}) {
    const said = { out: '', error: '' };
    const code = await run(args.split(' ').filter(Boolean), {
      environment: { CHANCERY_URL: url, CHANCERY_PASSWORD: 'pass word', ...environment },
      out: { isTTY, write: (text) => (said.out += text) },
      error: { write: (text) => (said.error += text) },
    });
    return { code, ...said };
  }
  const asAdmin = '--realm acme --username admin';

  it('ends with 0 and says no changes when there are none', async () => {
    expect(await chancery(`plan ${file} ${asAdmin}`)).toEqual({ code: 0, out: 'no changes\n', error: '' });
    expect(heard.map(({ path }) => path)).toEqual([
      '/realms/master/protocol/openid-connect/token',
      '/realms/acme/plan',
    ]);
    expect(heard[0]?.body).toBe('grant_type=password&client_id=admin-cli&username=admin&password=pass+word');
    expect(heard[1]?.authorization).toBe('Bearer t');
  });

  it('ends with 2 and says what changes, in colour on a terminal only, without letting names steer it', async () => {
    answer = { status: 200, body: { changes: [CHANGE], impact: null, digest: 'd1' } };
    const plain = await chancery(`plan ${file} ${asAdmin}`);
    expect(plain.code).toBe(2);
    expect(plain.out).toBe('~ client bill?ing\n    enabled: true → false\n\n0 to create, 1 to change, 0 to delete\n');
    expect((await chancery(`apply ${file} ${asAdmin}`, { isTTY: true })).out).toContain(
      '\u001b[33m~ client bill?ing\u001b[0m',
    );
    const quiet = await chancery(`plan ${file} ${asAdmin}`, { isTTY: true, environment: { NO_COLOR: '1' } });
    expect(quiet.out).toBe(plain.out);
  });

  it('says whose tokens gain and lose what', async () => {
    const impact = {
      subjects: [
        {
          ...{ kind: 'client', name: 'work\u001ber' },
          gains: [{ audience: 'billing', permissions: ['invoices:read', 'invoices:write'] }],
          loses: [{ audience: 'realm-management', permissions: ['view_events'] }],
        },
      ],
      complete: false,
    };
    const created = { action: 'create', kind: 'role', name: 'reader', client_id: 'billing', members: [] };
    answer = { status: 200, body: { changes: [created], impact, digest: 'd1' } };
    const { out } = await chancery(`plan ${file} ${asAdmin}`);
    expect(out).toBe(`+ role reader of billing

Tokens
  client work?er
    + invoices:read invoices:write (billing)
    - view_events (realm-management)
  … and of more clients and users, too many to list

1 to create, 0 to change, 0 to delete
`);
    const coloured = await chancery(`plan ${file} ${asAdmin}`, { isTTY: true });
    expect(coloured.out).toContain('\u001b[31m    - view_events (realm-management)\u001b[0m');
    expect((await chancery(`plan ${file} ${asAdmin} --no-color`, { isTTY: true })).out).toBe(out);
  });

  it('keeps a plan, and applies that plan or nothing', async () => {
    answer = { status: 200, body: { changes: [CHANGE], impact: null, digest: 'd1' } };
    const plan = join(folder, 'plan.json');
    expect((await chancery(`plan ${file} ${asAdmin} --out ${plan}`)).code).toBe(2);
    expect(readFileSync(plan, 'utf8')).not.toContain(SECRET);
    await chancery(`apply ${file} ${asAdmin} --plan ${plan}`);
    expect(JSON.parse(heard.at(-1)?.body ?? '')).toMatchObject({ plan_digest: 'd1' });
    answer = { status: 412, body: { title: 'Changed', detail: 'The realm has changed since the plan was made.' } };
    expect(await chancery(`apply ${file} ${asAdmin} --plan ${plan}`)).toMatchObject({
      code: 1,
      error: 'apply: 412 The realm has changed since the plan was made.\n',
    });
    const asked = heard.length;
    const other = await chancery(`apply ${file} --realm other --username admin --plan ${plan}`);
    expect(other.error).toContain('is a plan for the realm acme');
    writeFileSync(file, 'version: 1\n');
    expect((await chancery(`apply ${file} ${asAdmin} --plan ${plan}`)).error).toContain('another configuration');
    writeFileSync(plan, '{}');
    expect((await chancery(`apply ${file} ${asAdmin} --plan ${plan}`)).error).toContain('is not a plan');
    expect((await chancery(`apply ${file} ${asAdmin} --plan ${folder}/none.json`)).error).toContain('Cannot read');
    expect(heard).toHaveLength(asked);
  });

  it('sends the secrets beside the configuration and shows none', async () => {
    answer = { status: 200, body: { changes: [CHANGE], impact: null, digest: 'd1' } };
    const { out, error } = await chancery(`apply ${file} ${asAdmin}`);
    expect(JSON.parse(heard[1]?.body ?? '')).toMatchObject({ version: 1, secrets: { billing: SECRET } });
    expect(out + error).not.toContain(SECRET);
  });

  it('sends nothing when a secret is missing', async () => {
    rmSync(join(folder, 'secret.txt'));
    const { code, error } = await chancery(`apply ${file} ${asAdmin}`);
    expect([code, heard]).toEqual([1, []]);
    expect(error).toContain(`${file}:4:18: /clients/0/secret_from leads nowhere: Cannot read ${folder}/secret.txt`);
  });

  it.each([
    ['', 'leads to nothing but an empty text'],
    ['\n', 'leads to nothing but an empty text'],
    [Buffer.from(`${SECRET}\u00e4`, 'latin1'), 'is not UTF-8'],
    ['s'.repeat(513), 'leads to more than 512 characters'],
  ])('sends nothing when a secret is %j', async (content, message) => {
    writeFileSync(join(folder, 'secret.txt'), content);
    const { code, error } = await chancery(`apply ${file} ${asAdmin}`);
    expect([code, heard]).toEqual([1, []]);
    expect(error).toContain(`${file}:4:18: /clients/0/secret_from leads`);
    expect(error).toContain(message);
  });

  it('refuses a file in another encoding, and takes one with a byte order mark', async () => {
    writeFileSync(file, Buffer.from('version: 1\nrealm: { display_name: Caf\u00e9 }\n', 'latin1'));
    expect(await chancery(`plan ${file} ${asAdmin}`)).toEqual({ code: 1, out: '', error: `${file} is not UTF-8.\n` });
    expect(heard).toEqual([]);
    writeFileSync(file, '\ufeffversion: 1\r\nrealm: { display_name: Caf\u00e9 }\r\n');
    expect((await chancery(`plan ${file} ${asAdmin}`)).code).toBe(0);
    expect(JSON.parse(heard.at(-1)?.body ?? '')).toMatchObject({ realm: { display_name: 'Caf\u00e9' } });
  });

  it('does not write a plan over the configuration', async () => {
    const before = readFileSync(file, 'utf8');
    const { code, error } = await chancery(`plan ${file} ${asAdmin} --out ${folder}/./realm.yaml`);
    expect([code, error, readFileSync(file, 'utf8')]).toEqual([1, '--out is the file itself.\n', before]);
  });

  it.each(['localhost:8080', 'http://admin:hunter2@localhost', 'http://localhost/?a=hunter2', 'file:///hunter2'])(
    'refuses the server %s, without repeating it',
    async (server) => {
      const { code, error } = await chancery(`plan ${file} ${asAdmin} --url ${server}`);
      expect([code, error]).toEqual([1, expect.stringContaining('--url must be')]);
      expect(error).not.toContain('hunter2');
    },
  );

  it('takes the password from the file where the variable is empty', async () => {
    writeFileSync(join(folder, 'password.txt'), 'filed\n');
    const environment = { CHANCERY_PASSWORD: '', CHANCERY_PASSWORD_FILE: join(folder, 'password.txt') };
    expect((await chancery(`plan ${file} ${asAdmin}`, { environment })).code).toBe(0);
    expect(heard[0]?.body).toContain('password=filed');
  });

  it('says that a configuration is too large before it is sent', async () => {
    const client = (index: number) => `  - { client_id: c${index}, description: '${'x'.repeat(1_900)}' }`;
    const clients = Array.from({ length: 2_500 }, (_, index) => client(index));
    writeFileSync(file, `version: 1\nclients:\n${clients.join('\n')}\n`);
    const { code, error } = await chancery(`plan ${file} ${asAdmin}`);
    expect([code, error]).toEqual([
      1,
      expect.stringMatching(/^The configuration has 4\.\d MiB as JSON, and may have 4\.0/),
    ]);
    expect(heard.map(({ path }) => path)).not.toContain('/realms/acme/plan');
  });

  it('signs in as a service account of the realm', async () => {
    const environment = { CHANCERY_CLIENT_SECRET: SECRET };
    expect((await chancery(`plan ${file} --realm acme --client-id ci`, { environment })).code).toBe(0);
    expect(heard[0]).toMatchObject({
      path: '/realms/acme/protocol/openid-connect/token',
      body: `grant_type=client_credentials&client_id=ci&client_secret=${SECRET}`,
    });
  });

  it('shows where in the file the server found something wrong', async () => {
    const errors = [{ pointer: '/clients/0/client_id', field: 'clients.0.client_id', message: 'is not good' }];
    answer = { status: 422, body: { title: 'Validation failed', errors } };
    const { code, error } = await chancery(`plan ${file} ${asAdmin}`);
    expect([code, error]).toEqual([1, `${file}:3:16: /clients/0/client_id is not good\n`]);
  });

  it.each([
    [200, {}],
    [200, []],
    [200, { changes: null, digest: 'd' }],
    [502, 'Bad gateway'],
  ])('does not take the answer %i %j for one of Chancery', async (status, body) => {
    answer = { status, body };
    for (const command of [`plan ${file}`, `apply ${file}`, 'export']) {
      const { code, out, error } = await chancery(`${command} ${asAdmin}`);
      expect([code, out]).toEqual([1, '']);
      expect(error).toContain('the answer was not understood');
    }
  });

  it('says that nobody knows what happened when the answer to an application breaks off', async () => {
    answer = { status: 200, body: null, breaksOff: true };
    const { code, error } = await chancery(`apply ${file} ${asAdmin}`);
    expect([code, error]).toEqual([1, expect.stringMatching(/broke off: .*\nWhether it was applied is not known/)]);
    expect((await chancery(`plan ${file} ${asAdmin}`)).error).not.toContain('applied');
  });

  it('does not let an answer steer the terminal', async () => {
    answer = { status: 422, body: { title: 'Wrong \u001b[2J', errors: [null, { message: 'without a place' }] } };
    expect((await chancery(`plan ${file} ${asAdmin}`)).error).toBe('plan: 422 Wrong ?[2J\n');
  });

  it('writes the realm as YAML that it can read again', async () => {
    answer = { status: 200, body: { version: 1, clients: [{ client_id: 'on', name: 'Yes: "no"' }] } };
    const { code, out } = await chancery(`export ${asAdmin}`);
    expect(code).toBe(0);
    writeFileSync(file, out);
    await chancery(`plan ${file} ${asAdmin}`);
    expect(JSON.parse(heard.at(-1)?.body ?? '')).toMatchObject({ clients: [{ client_id: 'on', name: 'Yes: "no"' }] });
  });

  it('writes an export of Keycloak as YAML, and the warnings beside it', async () => {
    writeFileSync(
      file,
      JSON.stringify({ realm: 'shop', groups: [1], clients: [{ clientId: 'web', publicClient: true }] }),
    );
    const { code, out, error } = await chancery(`import-keycloak ${file}`);
    expect([code, error]).toEqual([0, 'warning: realm: groups is not taken over\n']);
    expect(out).toContain('client_id: web\n');
    expect(heard).toEqual([]);
  });

  it.each([
    ['', 'Usage:'],
    ['destroy', 'Usage:'],
    ['plan', 'Usage:'],
    ['plan a.yaml --wrong', 'Unknown option'],
    ['export --username admin', '--realm'],
    ['export --realm acme', '--username or --client-id'],
    ['plan a.yaml --plan p.json --realm acme --username admin', '--plan is for apply'],
    ['apply a.yaml --out p.json --realm acme --username admin', '--out is for plan'],
    ['plan /nowhere/realm.yaml --realm acme --username admin', 'Cannot read /nowhere/realm.yaml'],
    ['export --realm acme --username admin --url http://127.0.0.1:1', 'Cannot reach http://127.0.0.1:1'],
  ])('%j ends with 1 and says why', async (args, message) => {
    const { code, out, error } = await chancery(args);
    expect([code, out]).toEqual([1, '']);
    expect(error).toContain(message);
  });
});
