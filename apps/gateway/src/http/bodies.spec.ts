import { RegisterClient } from '#contracts';
import { describe, expect, it } from '@jest/globals';
import { answeringGateway } from '../testing/answering-gateway.js';
import { bearer } from '../testing/start-gateway.js';

const CLIENTS = '/realms/acme/clients';

describe('JSON bodies', () => {
  const gateway = answeringGateway();

  const post = (payload: string | Buffer, type = 'application/json', headers: Record<string, string> = {}) =>
    gateway.inject({
      method: 'POST',
      url: CLIENTS,
      headers: { ...bearer('acme', 'manage_clients'), 'content-type': type, ...headers },
      payload,
    });

  it.each<[number, string, string | Buffer]>([
    [400, 'nothing', ''],
    [400, 'half an object', '{"name":'],
    [400, 'two objects', '{"name":"a"}{"name":"b"}'],
    [400, 'a comment', '{"name":"a"}//'],
    [400, 'bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    [400, 'a member that comes twice', '{"name":"a","name":"b"}'],
    [400, 'a member that comes twice, once in disguise', '{"name":"a","n\\u0061me":"b"}'],
    [400, 'a member of a member that comes twice', '{"name":{"a":1,"a":1}}'],
    [400, 'deep nesting', `{"name":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
    [400, 'deep objects', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`],
    [422, 'a list', '[]'],
    [422, 'a string', '"a"'],
    [422, 'a number', '1e999'],
    [422, 'null', 'null'],
    [422, '__proto__', '{"name":"a","__proto__":{"enabled":false}}'],
    [422, 'an escaped __proto__', '{"name":"a","\\u005f_proto__":{"enabled":false}}'],
    [422, 'constructor', '{"name":"a","constructor":{"prototype":{"x":1}}}'],
    [422, 'a member called U+0000', '{"name":"a","\\u0000":1}'],
    [422, 'an empty member', '{"name":"a","":1}'],
    [422, 'members of Object', '{"name":"a","toString":1,"hasOwnProperty":2}'],
    [413, 'too much', JSON.stringify({ name: 'a', description: 'x'.repeat(64 * 1024) })],
  ])('answers %i to %s', async (status, _title, body) => {
    const answer = await post(body);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.json()).toMatchObject({ status, request_id: answer.headers['x-request-id'] });
    expect(answer.body).not.toMatch(/node_modules|\.ts:|\bat /);
    expect(gateway.bus.requestsOf(RegisterClient)).toEqual([]);
    expect(gateway.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(({} as Record<string, unknown>)['enabled']).toBeUndefined();
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=utf-16',
    'application/jsonp',
    'application/vnd.api+json',
    'nonsense',
    ';',
  ])('answers 415 to %s', async (type) => {
    const answer = await post('{"name":"a"}', type);
    expect(answer.statusCode).toBe(415);
    expect(answer.json()).toMatchObject({ type: 'urn:chancery:error:unsupported_media_type' });
  });

  it.each(['application/json; charset=UTF-8', 'Application/JSON', 'application/json;charset="utf-8"'])(
    'takes %s',
    async (type) => {
      expect((await post('{"name":"a"}', type)).statusCode).toBe(201);
    },
  );

  it('answers 415 to a body without a content type and to a compressed one', async () => {
    const headers = bearer('acme', 'manage_clients');
    const untyped = await gateway.inject({
      method: 'POST',
      url: CLIENTS,
      headers,
      payload: Buffer.from('{"name":"a"}'),
    });
    expect(untyped.statusCode).toBe(415);
    expect((await post('{"name":"a"}', 'application/json', { 'content-encoding': 'gzip' })).statusCode).toBe(415);
  });

  it('says nothing about a body to who may not send one', async () => {
    const anonymous = await gateway.inject({
      method: 'POST',
      url: CLIENTS,
      headers: { 'content-type': 'application/json' },
      payload: '{"name":',
    });
    expect(anonymous.statusCode).toBe(401);
  });

  it.each(['/realms/%zz', '/realms/%', '/%ff', '/realms/acme/clients/%c0%af'])(
    'answers no 500 for the URL %s',
    async (url) => {
      const answer = await gateway.inject({ url, headers: bearer('acme', 'view_clients', 'view_realm') });
      expect([400, 404]).toContain(answer.statusCode);
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(answer.headers['x-request-id']).toBeDefined();
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    },
  );

  it('answers 404 for a path that is none, 405 for a method that is none', async () => {
    expect((await gateway.inject({ url: '/nothing' })).json()).toMatchObject({ title: 'Not found', status: 404 });
    expect((await gateway.inject({ method: 'OPTIONS', url: '/nothing' })).statusCode).toBe(404);
    const trace = await gateway.inject({ method: 'TRACE' as 'GET', url: CLIENTS });
    expect(trace.statusCode).toBe(405);
    expect(trace.headers['allow']).toBe('GET, HEAD, OPTIONS, POST');
    const put = await gateway.inject({ method: 'PUT', url: '/realms/acme' });
    expect(put.statusCode).toBe(401);
  });
});
