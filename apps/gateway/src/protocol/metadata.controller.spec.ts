import { ReadKeySet, ReadMetadata } from '#contracts';
import { AppError } from '#errors';
import { describe, expect, it } from '@jest/globals';
import { answeringGateway } from '../testing/answering-gateway.js';
import { KEY_SET } from '../testing/answer-everything.js';

const CERTS = '/realms/acme/protocol/openid-connect/certs';
const METADATA = [
  '/realms/acme/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server/realms/acme',
] as const;

describe('the public documents of a realm', () => {
  const gateway = answeringGateway();

  it('answers the key set, for caches', async () => {
    const answer = await gateway.inject({ url: CERTS });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toBe(KEY_SET.body);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      etag: KEY_SET.etag,
      'cache-control': 'public, max-age=60, must-revalidate',
    });
  });

  it.each([KEY_SET.etag, `W/${KEY_SET.etag}`, `"other", ${KEY_SET.etag}`, '*'])(
    'answers 304 to If-None-Match: %s',
    async (tag) => {
      const answer = await gateway.inject({ url: CERTS, headers: { 'if-none-match': tag } });
      expect(answer.statusCode).toBe(304);
      expect(answer.body).toBe('');
      expect(answer.headers['etag']).toBe(KEY_SET.etag);
      expect(answer.headers['cache-control']).toContain('public');
    },
  );

  it('answers 200 to another tag and 400 to none', async () => {
    expect((await gateway.inject({ url: CERTS, headers: { 'if-none-match': '"old"' } })).statusCode).toBe(200);
    expect((await gateway.inject({ url: CERTS, headers: { 'if-none-match': 'old' } })).statusCode).toBe(400);
  });

  it('answers HEAD without a body', async () => {
    const answer = await gateway.inject({ method: 'HEAD', url: CERTS });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toBe('');
    expect(answer.headers['etag']).toBe(KEY_SET.etag);
  });

  it.each(METADATA)('answers %s', async (url) => {
    const answer = await gateway.inject({ url });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ issuer: 'http://localhost:8080/realms/acme' });
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['cache-control']).toContain('public');
  });

  it.each([CERTS, ...METADATA])(
    'answers 404 at %s for a realm that does not exist, and lets nobody cache it',
    async (url) => {
      const refuse = () => {
        throw new AppError('not_found');
      };
      gateway.bus.on(ReadKeySet, refuse);
      gateway.bus.on(ReadMetadata, refuse);
      for (const address of [url, url.replace('acme', 'a%00b'), url.replace('acme', 'x'.repeat(400))]) {
        const answer = await gateway.inject({ url: address });
        expect(answer.statusCode).toBe(404);
        expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
        expect(answer.headers['cache-control']).toBe('no-store');
        expect(answer.json()).toMatchObject({ type: 'urn:chancery:error:not_found', status: 404 });
      }
    },
  );

  it('answers 405 to POST', async () => {
    const answer = await gateway.inject({ method: 'POST', url: CERTS });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers['allow']).toBe('GET, HEAD, OPTIONS');
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  });
});
