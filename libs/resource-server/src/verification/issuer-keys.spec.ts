import { beforeEach, describe, expect, it } from '@jest/globals';
import { TestIssuer } from '../testing/test-issuer.js';
import { createAccessTokenVerifier, type AccessTokenVerifier } from './access-token-verifier.js';

const SECOND = 1_000;
const OPENID = 'https://id.example.org/realms/acme/.well-known/openid-configuration';

describe('the keys of an issuer', () => {
  let issuer: TestIssuer;
  let verifier: AccessTokenVerifier;

  beforeEach(async () => {
    issuer = await TestIssuer.create();
    verifier = createAccessTokenVerifier(issuer.options());
  });

  const fetches = (): number => issuer.fetched.filter((url) => url === issuer.jwksUri).length;
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const verified = async (kid = 'k1') => {
    // As fresh as the time is; only keys are of interest.
    await verifier.verify(await issuer.token(issuer.claims(), {}, kid));
  };
  const unavailable = (promise: Promise<unknown>): Promise<void> =>
    expect(promise).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      status: 503,
      retryAfterSeconds: 1,
      reason: 'keys_not_fetched',
    });
  const unknown = (promise: Promise<unknown>): Promise<void> =>
    expect(promise).rejects.toMatchObject({ code: 'invalid_token', reason: 'unknown_key' });
  const down = (): Promise<Response> => Promise.reject(new TypeError('fetch failed'));

  it('are fetched once for many, at the first need', async () => {
    expect(issuer.fetched).toEqual([]);
    await Promise.all(Array.from({ length: 20 }, () => verified()));
    expect(fetches()).toBe(1);
    expect(issuer.fetched[0]).toBe('https://id.example.org/.well-known/oauth-authorization-server/realms/acme');
  });

  it('are found by OpenID Connect Discovery where RFC 8414 finds nothing', async () => {
    issuer.network = (url) => {
      if (url === OPENID) return Promise.resolve(Response.json({ issuer: issuer.issuer, jwks_uri: issuer.jwksUri }));
      return Promise.resolve(
        url === issuer.jwksUri ? Response.json({ keys: issuer.published }) : new Response('', { status: 404 }),
      );
    };
    await verified();
    expect(issuer.fetched).toContain(OPENID);
  });

  it.each([
    { issuer: 'https://id.example.org/realms/other', jwks_uri: 'https://id.example.org/keys' },
    { issuer: 'https://id.example.org/realms/acme/', jwks_uri: 'https://id.example.org/keys' },
    { issuer: 'https://id.example.org/realms/acme', jwks_uri: 'http://id.example.org/keys' },
    { issuer: 'https://id.example.org/realms/acme', jwks_uri: 'file:///etc/keys' },
    { issuer: 'https://id.example.org/realms/acme' },
    [],
  ])('are not taken from where metadata %j leads', async (metadata) => {
    issuer.network = (url) =>
      Promise.resolve(
        url.includes('.well-known') ? Response.json(metadata) : Response.json({ keys: issuer.published }),
      );
    await unavailable(verified());
    expect(issuer.fetched.filter((url) => !url.includes('.well-known'))).toEqual([]);
  });

  it('are not looked for by metadata when it was said where they are', async () => {
    verifier = createAccessTokenVerifier(
      issuer.options({ issuer: { issuer: issuer.issuer, jwksUri: issuer.jwksUri } }),
    );
    await verified();
    expect(issuer.fetched).toEqual([issuer.jwksUri]);
  });

  it('rotate: a new one is found at once, the old one is good until its age', async () => {
    await verified();
    await issuer.addKey('k2');
    await verified('k2');
    expect(fetches()).toBe(2);
    issuer.published = issuer.published.filter(({ kid }) => kid === 'k2');
    issuer.now += 299 * SECOND;
    await verified('k1');
    issuer.now += 301 * SECOND;
    await unknown(verified('k1'));
    await verified('k2');
  });

  it('are fetched for unknown ones once in the cooldown, however many are made up', async () => {
    await verified();
    for (let count = 0; count < 50; count += 1) {
      await unknown(verifier.verify(await issuer.token(undefined, { kid: `made-up-${count}` })));
    }
    expect(fetches()).toBe(2);
    await issuer.addKey('k2');
    await unknown(verified('k2'));
    issuer.now += 10 * SECOND;
    await verified('k2');
    expect(fetches()).toBe(3);
  });

  it('are fetched anew behind the scenes from half of their age, and waited for only at the end', async () => {
    await verified();
    issuer.now += 301 * SECOND;
    issuer.network = down;
    await verified();
    await settled();
    expect(fetches()).toBe(1);
    issuer.network = null;
    issuer.now += 11 * SECOND;
    await verified();
    await settled();
    expect(fetches()).toBe(2);
    issuer.now += 599 * SECOND;
    await verified();
  });

  it('that cannot be had let nobody through: 503, whatever the token', async () => {
    issuer.network = down;
    await unavailable(verified());
    await unavailable(verifier.verify(await issuer.token(undefined, { kid: 'made-up' })));
    issuer.network = null;
    issuer.now += SECOND;
    await verified();
    // Past their age they are not believed, even when there is nothing else.
    issuer.now += 600 * SECOND;
    issuer.network = down;
    await unavailable(verified());
  });

  it('stay good while the issuer is away, and what is unknown is undecided then', async () => {
    await verified();
    issuer.network = down;
    await unavailable(verifier.verify(await issuer.token(undefined, { kid: 'k2' })));
    await unavailable(verifier.verify(await issuer.token(undefined, { kid: 'k3' })));
    await verified();
  });

  it('are not asked for in a storm after a failure', async () => {
    issuer.network = down;
    for (let count = 0; count < 20; count += 1) await unavailable(verified());
    expect(issuer.fetched).toHaveLength(1);
    issuer.now += SECOND;
    await unavailable(verified());
    expect(issuer.fetched).toHaveLength(2);
  });

  it.each([
    ['an error', () => new Response('{}', { status: 500 })],
    ['no JSON', () => new Response('<html>')],
    ['no object', () => Response.json([])],
    ['no keys', () => Response.json({ keys: {} })],
    ['something endless', () => Response.json({ keys: issuer.published, padding: 'x'.repeat(300_000) })],
    ['a redirect', () => new Response('', { status: 302, headers: { location: 'https://evil.example/' } })],
  ])('answered with %s: 503', async (_, answer) => {
    verifier = createAccessTokenVerifier(
      issuer.options({ issuer: { issuer: issuer.issuer, jwksUri: issuer.jwksUri } }),
    );
    issuer.network = () => Promise.resolve(answer());
    await unavailable(verified());
  });

  it('that do not come within the time limit: 503', async () => {
    verifier = createAccessTokenVerifier(issuer.options({ timeoutMs: 30 }));
    issuer.network = () => new Promise(() => undefined);
    await unavailable(verified());
    // Headers that come and a body that does not.
    issuer.now += SECOND;
    issuer.network = () =>
      Promise.resolve(new Response(new ReadableStream({ pull: () => new Promise(() => undefined) })));
    await unavailable(verified());
  });

  it('of an empty set refuse every token', async () => {
    issuer.published = [];
    await unknown(verified());
  });

  it('are old when the clock is put back', async () => {
    await verified();
    const token = await issuer.token(issuer.claims({ iat: 0 }));
    issuer.now -= 3_600 * SECOND;
    await verifier.verify(token);
    expect(fetches()).toBe(2);
  });
});
