import { freePort, startCluster, type Cluster } from '#testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Administrator, unique, type ClientBody } from './support/administrator.js';
import { clusterPlaces, filesOf, metricsOf, type HidingPlace } from './support/hiding-places.js';
import { foundIn, MARK, needlesOf, newMark, type Needle } from './support/marks.js';
import { basic, tokenOf, tokenPath } from './support/protocol.js';
import { baseUrl, shape, useShape } from './support/shape.js';
import { Standalone } from './support/standalone.js';

jest.setTimeout(180_000);

const root = join(import.meta.dirname, '..', '..');
const FORM = 'application/x-www-form-urlencoded';

/** The program under test, with settings of our own, as talkative as it can be. */
interface Subject {
  /** While it is held, what is recorded stays in the stream. */
  readonly holdIngest: (held: boolean) => void;
  readonly places: () => Promise<readonly HidingPlace[]>;
  readonly stop: () => Promise<void>;
}

/**
 * G4: secrets, passwords and tokens are fed to every door in every form, right and wrong ones; then every store, file, log and metric
 * is looked through for them. Names that were fed beside them prove that looking finds what is there.
 */
describe('a secret is nowhere', () => {
  const masterKey = randomBytes(32);
  const adminPassword = newMark();
  const needles: Needle[] = [...needlesOf('the master key', masterKey), ...needlesOf('a mark', MARK)];
  /** Which mark is which. */
  const marks: string[] = [];
  const visible = unique('visible');
  const requestId = unique('request');
  let subject: Subject;
  const before = process.env['CHANCERY_E2E'];

  beforeAll(async () => {
    const env = {
      CHANCERY_MASTER_KEY: masterKey.toString('base64'),
      CHANCERY_LOG_LEVEL: 'debug',
      CHANCERY_ADMIN_PASSWORD: adminPassword,
    };
    subject = shape().kind === 'cluster' ? await cluster(env) : await standalone(env);
  });

  afterAll(async () => {
    await subject.stop();
    if (before !== undefined) process.env['CHANCERY_E2E'] = before;
  });

  async function cluster(env: Record<string, string>): Promise<Subject> {
    const running: Cluster = await startCluster({ silent: true, env });
    const { baseUrls, adminUsername, adminPassword: password } = running;
    useShape({ kind: 'cluster', baseUrls, adminUsername, adminPassword: password });
    const audit = running.processes('audit').flatMap(({ pid }) => pid ?? []);
    let stopped: readonly number[] = [];
    return {
      holdIngest: (held) => {
        for (const pid of audit) process.kill(pid, held ? 'SIGSTOP' : 'SIGCONT');
        stopped = held ? audit : [];
      },
      places: () => clusterPlaces(running, stopped),
      stop: () => running.stop(),
    };
  }

  async function standalone(env: Record<string, string>): Promise<Subject> {
    const port = String(await freePort());
    const program = await Standalone.start(root, {
      env: { ...env, CHANCERY_MANAGEMENT_PORT: port },
      password: adminPassword,
    });
    useShape(program.shape);
    return {
      holdIngest: () => {},
      places: async () => [
        ...filesOf('data', program.dataFolder),
        { name: 'log', contents: Buffer.from(program.log()) },
        await metricsOf(`http://127.0.0.1:${port}`),
      ],
      stop: () => program.stop(),
    };
  }

  /** A mark that must be nowhere. */
  const mark = (what: string): string => {
    const text = newMark();
    marks.push(`${text}: ${what}`);
    return text;
  };
  /** A secret that the product has made or been given must be nowhere either. */
  const hide = (what: string, secret: string): string => {
    needles.push(...needlesOf(what, secret));
    return secret;
  };
  const send = async (
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<number> => {
    const sent = {
      method,
      headers: { 'x-request-id': requestId, ...headers },
      ...(body === undefined ? {} : { body }),
    };
    const response = await fetch(`${baseUrl()}${path}`, sent);
    const text = await response.text();
    expect({ path, status: response.status, text }).not.toMatchObject({ status: 500 });
    // What was sent does not come back either, but where it is the answer to say so.
    return response.status;
  };
  const form = (parameters: Record<string, string>): string => new URLSearchParams(parameters).toString();

  it('wherever it is fed', async () => {
    const admin = await Administrator.signIn();
    hide('the administrator’s token', admin.token.split('.')[2] ?? '');
    const { name: realm } = await admin.createRealm();
    const token = tokenPath(realm);
    const bearer = { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' };
    const client = await admin.done<ClientBody>('POST', `/realms/${realm}/clients`, {
      name: visible,
      client_id: visible,
      service_account_enabled: true,
    });
    const secret = hide('an issued secret', client.client_secret ?? '');
    const clientPath = `/realms/${realm}/clients/${client.id}`;
    subject.holdIngest(true);
    try {
      // Right secrets, in every transport.
      for (const request of [
        { headers: { authorization: basic(visible, secret) }, form: { grant_type: 'client_credentials' } },
        { headers: {}, form: { grant_type: 'client_credentials', client_id: visible, client_secret: secret } },
      ]) {
        const answer = await fetch(`${baseUrl()}${token}`, {
          method: 'POST',
          headers: { ...request.headers, 'content-type': FORM, 'x-request-id': requestId },
          body: form(request.form as Record<string, string>),
        });
        const body: unknown = await answer.json();
        const { token: issued } = tokenOf({ status: answer.status, headers: answer.headers, text: '', body });
        hide('an issued token', issued.split('.')[2] ?? '');
        hide('the claims of an issued token', issued.split('.')[1] ?? '');
      }
      const made = await admin.done<{ secret: string }>('POST', `${clientPath}/secrets`, { name: 'second' });
      hide('a second secret', made.secret);
      const rotated = await admin.done<{ client_secret: string }>('POST', `${clientPath}/client-secret`, {});
      hide('a rotated secret', rotated.client_secret);
      const configured = mark('a configured secret') + randomBytes(12).toString('hex');
      await admin.done('POST', `/realms/${realm}/apply`, {
        version: 1,
        clients: [{ client_id: unique('configured') }],
        secrets: {},
      });
      await send(
        'POST',
        `/realms/${realm}/apply`,
        bearer,
        JSON.stringify({
          version: 1,
          clients: [{ client_id: visible }],
          secrets: { [visible]: configured },
        }),
      );

      // Wrong ones, in every transport, and in places where they do not belong.
      const post = { 'content-type': FORM };
      const grant = { grant_type: 'client_credentials' };
      await send('POST', token, { ...post, authorization: basic(visible, mark('a Basic secret')) }, form(grant));
      await send(
        'POST',
        token,
        { ...post, authorization: basic(unique('ghost'), mark('a ghost’s secret')) },
        form(grant),
      );
      await send('POST', token, { ...post, authorization: `Basic ${mark('broken Basic')}` }, form(grant));
      await send('POST', token, { ...post, authorization: `Digest ${mark('another scheme')}` }, form(grant));
      await send(
        'POST',
        token,
        { ...post, authorization: `Bearer ${mark('a bearer at the token endpoint')}` },
        form(grant),
      );
      await send('POST', token, post, form({ ...grant, client_id: visible, client_secret: mark('a posted secret') }));
      // Mixed up: the secret for the client, tokens and secrets for names.
      await send('POST', token, { ...post, authorization: basic(secret, visible) }, form(grant));
      await send('POST', token, post, form({ ...grant, client_id: secret, client_secret: visible }));
      await send(
        'POST',
        token,
        { ...post, 'user-agent': `curl ${admin.token}`, authorization: basic(visible, secret) },
        form({ ...grant, scope: `${secret} ${admin.token}`, resource: `urn:${secret}` }),
      );
      await send('POST', tokenPath(secret), post, form(grant));
      await send('GET', clientPath, { authorization: `Bearer ${admin.token}`, 'user-agent': secret });
      await send('GET', clientPath, { authorization: `Bearer ${admin.token}`, 'x-request-id': secret });
      await send('POST', tokenPath(realm), { ...post, authorization: basic(visible, secret), 'x-request-id': secret });
      await send('GET', `/realms/${realm}/keys`, { authorization: `Bearer ${secret}`, 'user-agent': admin.token });
      await send('POST', token, post, form({ ...grant, client_id: visible, client_assertion: mark('an assertion') }));
      await send('POST', token, post, form({ ...grant, client_secret: mark('a secret of nobody') }));
      await send('POST', token, post, `client_secret=a&client_secret=${encodeURIComponent(mark('a repeated secret'))}`);
      await send('POST', token, post, `client_secret=%zz${mark('a broken form')}`);
      for (const name of ['password', 'code', 'refresh_token', 'assertion', 'code_verifier', 'access_token', 'x']) {
        await send(
          'POST',
          token,
          { ...post, authorization: basic(visible, secret) },
          form({ ...grant, [name]: mark(`the parameter ${name}`) }),
        );
      }
      for (const name of ['client_secret', 'access_token', 'password', 'token', 'x']) {
        await send(
          'POST',
          `${token}?${name}=${encodeURIComponent(mark(`${name} in the URL of the token endpoint`))}`,
          post,
          form(grant),
        );
        await send('GET', `/realms?${name}=${encodeURIComponent(mark(`${name} in the URL of a list`))}`, bearer);
        await send('GET', `/nowhere/${name}?${name}=${encodeURIComponent(mark(`${name} in a URL of nothing`))}`, {});
      }
      await send(
        'POST',
        token,
        { 'content-type': 'application/json' },
        JSON.stringify({ client_secret: mark('JSON') }),
      );
      await send('POST', token, { 'content-type': 'text/plain' }, mark('plain text'));

      // Passwords, and names that may be passwords.
      const signIn = { grant_type: 'password', client_id: 'admin-cli' };
      const master = tokenPath('master');
      await send('POST', master, post, form({ ...signIn, username: 'admin', password: mark('a wrong password') }));
      await send('POST', master, post, form({ ...signIn, username: mark('a password as a name'), password: 'x' }));
      await send(
        'POST',
        master,
        post,
        form({ ...signIn, username: 'admin', password: mark('a long password').repeat(40) }),
      );
      await send('POST', master, post, form({ ...signIn, username: adminPassword, password: 'admin' }));

      // The administration API: bearers, bodies of any shape, keys.
      const [head = '', claims = ''] = admin.token.split('.');
      for (const value of [
        `Bearer ${mark('a bearer')}`,
        `Bearer ${head}.${claims}.${mark('a forged signature').replaceAll(/[+/]/g, '')}`,
        `Bearer a ${mark('two bearers')}`,
        `Basic ${Buffer.from(`a:${mark('Basic at the API')}`).toString('base64')}`,
        mark('no scheme'),
      ]) {
        await send('GET', clientPath, { authorization: value });
        await send(
          'POST',
          `/realms/${realm}/clients`,
          { authorization: value, 'content-type': 'application/json' },
          '{}',
        );
      }
      for (const path of [
        '/realms',
        `/realms/${realm}/clients`,
        `/realms/${realm}/roles`,
        `${clientPath}/secrets`,
        `/realms/${realm}/apply`,
      ]) {
        for (const body of [
          JSON.stringify({ name: unique('n'), secret: mark('a member secret'), password: mark('a member password') }),
          JSON.stringify({ name: unique('n'), [mark('a member’s name')]: 1 }),
          JSON.stringify({ name: { client_secret: mark('an object for a text') } }),
          JSON.stringify([mark('a list for an object')]),
          JSON.stringify(mark('a text for an object')),
          `{"client_secret": "${mark('broken JSON')}`,
        ]) {
          await send('POST', path, bearer, body);
        }
        await send('POST', path, { ...bearer, 'content-type': FORM }, form({ client_secret: mark('a form for JSON') }));
      }
      for (const path of ['/realms', `/realms/${realm}/clients`]) {
        const created = JSON.stringify({ name: unique('named') });
        const key = mark('an Idempotency-Key').replaceAll('/', '');
        expect(await send('POST', path, { ...bearer, 'idempotency-key': key }, created)).toBe(201);
        expect(await send('POST', path, { ...bearer, 'idempotency-key': key }, created)).toBe(201);
        await send('POST', path, { ...bearer, 'idempotency-key': key }, JSON.stringify({ name: unique('other') }));
      }
      await send('GET', clientPath, {
        ...bearer,
        cookie: `session=${mark('a cookie')}`,
        'x-api-key': mark('another header'),
      });

      // What is recorded is in the stream now, and afterwards in the log.
      await expectNowhere(['NATS']);
    } finally {
      subject.holdIngest(false);
    }
    await admin.auditEvents(realm, { type: 'token.refused' }, 10);
    await sleep(500);
    await expectNowhere(['table audit.events', 'Redis chancery', 'PostgreSQL']);
  });

  /** Looks everywhere; in the named places (of the cluster) something that was fed must be found. */
  async function expectNowhere(holding: readonly string[]): Promise<void> {
    const places = await subject.places();
    const found = places.flatMap(({ name, contents }) => foundIn(contents, needles).map((what) => `${name}: ${what}`));
    if (found.length > 0) throw new Error([...found, '', ...marks].join('\n'));
    const shows = (prefix: string, text: string): boolean =>
      places.some(({ name, contents }) => name.startsWith(prefix) && contents.includes(text));
    expect(shows('log', requestId)).toBe(true);
    expect(shows('metrics', 'chancery_')).toBe(true);
    if (shape().kind === 'cluster') {
      for (const place of holding) expect({ place, shows: shows(place, visible) }).toEqual({ place, shows: true });
    } else {
      expect(shows('data', visible)).toBe(true);
    }
  }

  it('is looked for in every form', () => {
    const needle = needlesOf('x', 'sesame');
    for (const text of [
      'a sesame b',
      'c2VzYW1l',
      Buffer.from('a:sesame').toString('base64'),
      Buffer.from('ab:sesame!').toString('base64url'),
      '736573616d65',
    ]) {
      expect(foundIn(Buffer.from(text), needle).length).toBeGreaterThan(0);
    }
    expect(foundIn(Buffer.from('nothing'), needle)).toEqual([]);
  });
});
