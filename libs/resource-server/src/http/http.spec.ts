import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import { fastify } from 'fastify';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { TestIssuer } from '../testing/test-issuer.js';
import { createAccessTokenVerifier } from '../verification/access-token-verifier.js';
import { accessTokenOf } from './authorize.js';
import { requireAccessToken } from './express.js';
import { accessTokenHook } from './fastify.js';
import type { AccessRequirements } from './requirements.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}
interface Server {
  readonly port: number;
  stop(): Promise<void>;
}

const READ: AccessRequirements = { permissions: ['invoices:read'] };
const DELETE: AccessRequirements = { permissions: ['invoices:delete', 'invoices:read'] };
const READER: AccessRequirements = { roles: ['reader'] };
const ADMIN: AccessRequirements = { roles: ['admin'] };
const REALM_ADMIN: AccessRequirements = { realmRoles: ['reader'] };
const ROUTES = { '/read': READ, '/delete': DELETE, '/reader': READER, '/admin': ADMIN, '/realm': REALM_ADMIN };

/** With `node:http`, which sends a header twice where `fetch` would join it. */
function get(port: number, path: string, headers: Readonly<Record<string, string | string[]>> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: JSON.parse(text) as unknown });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe.each(['express', 'fastify'] as const)('%s', (kind) => {
  let issuer: TestIssuer;
  let server: Server;

  beforeAll(async () => {
    issuer = await TestIssuer.create();
    const verifier = createAccessTokenVerifier(issuer.options({ audience: 'billing', timeoutMs: 200 }));
    server = kind === 'express' ? await startExpress(verifier) : await startFastify(verifier);
  });
  afterAll(() => server.stop());

  async function startExpress(verifier: ReturnType<typeof createAccessTokenVerifier>): Promise<Server> {
    const app = express();
    for (const [path, requirements] of Object.entries(ROUTES)) {
      app.get(path, requireAccessToken(verifier, requirements), (request, response) => {
        response.json({ subject: accessTokenOf(request).subject });
      });
    }
    const listening = app.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    return {
      port: (listening.address() as AddressInfo).port,
      async stop() {
        listening.closeAllConnections();
        await new Promise((resolve) => listening.close(resolve));
      },
    };
  }

  async function startFastify(verifier: ReturnType<typeof createAccessTokenVerifier>): Promise<Server> {
    const app = fastify();
    for (const [path, requirements] of Object.entries(ROUTES)) {
      app.get(path, { onRequest: accessTokenHook(verifier, requirements) }, (request) => ({
        subject: accessTokenOf(request).subject,
      }));
    }
    await app.listen({ host: '127.0.0.1', port: 0 });
    return { port: (app.server.address() as AddressInfo).port, stop: () => app.close() };
  }

  const ask = (path: string, authorization?: string | string[]): Promise<Answer> =>
    get(server.port, path, authorization === undefined ? {} : { authorization });
  const bearer = async (changes: Readonly<Record<string, unknown>> = {}): Promise<string> =>
    `Bearer ${await issuer.token(issuer.claims(changes))}`;

  it('lets a good token through, in any case of the scheme', async () => {
    for (const path of ['/read', '/reader']) {
      expect(await ask(path, await bearer())).toMatchObject({
        status: 200,
        body: { subject: '0190a000-0000-7000-8000-000000000001' },
      });
    }
    expect((await ask('/read', (await bearer()).replace('Bearer', 'bEARER '))).status).toBe(200);
  });

  it('RFC 6750 §3.1: no token, or another scheme, gets a challenge without an error', async () => {
    for (const authorization of [undefined, 'Basic YTpi', 'Bearerish x', 'DPoP x']) {
      const answer = await ask('/read', authorization);
      expect(answer).toMatchObject({ status: 401, body: { error: 'missing_token' } });
      expect(answer.headers).toMatchObject({
        'www-authenticate': 'Bearer realm="billing"',
        'cache-control': 'no-store',
        'content-type': expect.stringMatching(/^application\/json/),
      });
    }
  });

  it('RFC 6750 §3.1: invalid_request for several, or none that is a token', async () => {
    const good = await bearer();
    for (const authorization of ['Bearer', 'Bearer ', 'Bearer a b', 'Bearer a,b', 'Bearer ä', [good, good]]) {
      const answer = await ask('/read', authorization);
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="billing", error="invalid_request", /);
    }
  });

  it('takes no token from the query', async () => {
    const token = (await bearer()).slice('Bearer '.length);
    expect((await ask(`/read?access_token=${token}`)).status).toBe(401);
  });

  it('RFC 6750 §3.1: invalid_token, the same answer for every reason', async () => {
    const answers = [
      await ask('/read', await bearer({ exp: 1 })),
      await ask('/read', await bearer({ aud: 'other' })),
      await ask('/read', await bearer({ iss: 'https://evil.example' })),
      await ask('/read', 'Bearer x'),
      await ask('/read', `Bearer ${await issuer.token(undefined, { kid: 'made-up' })}`),
      await ask('/read', `Bearer ${await (await TestIssuer.create()).token()}`),
    ];
    for (const { status, headers, body } of answers) {
      expect({ status, challenge: headers['www-authenticate'], body }).toEqual({
        status: 401,
        challenge:
          'Bearer realm="billing", error="invalid_token", error_description="The access token is not valid here."',
        body: { error: 'invalid_token', error_description: 'The access token is not valid here.' },
      });
    }
  });

  it('RFC 6750 §3.1: insufficient_scope, with what is needed', async () => {
    const answer = await ask('/delete', await bearer());
    expect(answer).toMatchObject({ status: 403, body: { error: 'insufficient_scope' } });
    expect(answer.headers['www-authenticate']).toMatch(
      /^Bearer realm="billing", error="insufficient_scope", .*, scope="invoices:delete invoices:read"$/,
    );
    for (const path of ['/admin', '/realm']) {
      const refused = await ask(path, await bearer());
      expect(refused.status).toBe(403);
      expect(refused.headers['www-authenticate']).not.toContain('scope="');
    }
  });

  it('503 with Retry-After, and no challenge, when the keys cannot be had', async () => {
    issuer.network = () => new Promise(() => undefined);
    issuer.now += 601_000;
    const answer = await ask('/read', await bearer());
    issuer.network = null;
    issuer.now += 1_000;
    expect(answer).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.headers['www-authenticate']).toBeUndefined();
    expect((await ask('/read', await bearer())).status).toBe(200);
  });
});

describe('requirements', () => {
  const verifier = createAccessTokenVerifier({ issuer: 'https://id.example.org/realms/acme', audience: 'billing' });

  it.each([
    { permissions: [] },
    { permissions: ['two words'] },
    { permissions: ['quoted"'] },
    { permissions: 'invoices:read' },
    { roles: [''] },
    { roles: [] },
    { realmRoles: [7] },
  ])('%j: a protection that is none does not start', (requirements) => {
    expect(() => requireAccessToken(verifier, requirements as unknown as AccessRequirements)).toThrow(TypeError);
    expect(() => accessTokenHook(verifier, requirements as unknown as AccessRequirements)).toThrow(TypeError);
  });

  it('a handler without protection has no token', () => {
    expect(() => accessTokenOf({})).toThrow('not protected');
  });

  it('what breaks unexpectedly lets nobody through', async () => {
    const broken = createAccessTokenVerifier({ issuer: 'https://id.example.org/realms/acme', audience: 'billing' });
    broken.verify = () => Promise.reject(new Error('a bug'));
    const hook = accessTokenHook(broken);
    const sent: unknown[] = [];
    const reply = { code: (status: number) => sent.push(status), header: () => undefined, send: () => undefined };
    await hook({ raw: { headers: { authorization: 'Bearer x' } } }, reply);
    expect(sent).toEqual([503]);
  });
});
