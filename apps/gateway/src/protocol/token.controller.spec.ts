import { IssueToken, type TokenRequestFault } from '#contracts';
import { AppError, ERROR_CODES, type ErrorCode } from '#errors';
import { describe, expect, it } from '@jest/globals';
import { answeringGateway } from '../testing/answering-gateway.js';

const URL = '/realms/acme/protocol/openid-connect/token';
const FORM = 'application/x-www-form-urlencoded';

describe('the token endpoint', () => {
  const gateway = answeringGateway();

  const post = (payload: string | Buffer, headers: Record<string, string> = {}, url = URL) =>
    gateway.inject({ method: 'POST', url, headers: { 'content-type': FORM, ...headers }, payload });

  const asked = () => gateway.bus.requestsOf(IssueToken);
  const sent = () => asked().filter(({ fault }) => fault === undefined);

  const refusal = async (payload: string | Buffer, headers: Record<string, string> = {}, url = URL) => {
    const answer = await post(payload, headers, url);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['pragma']).toBe('no-cache');
    return { status: answer.statusCode, error: answer.json<{ error: string }>().error, answer };
  };

  it('gives no hint by its time whether a client that failed to authenticate exists', async () => {
    const times: number[] = [];
    for (const lookUpMs of [0, 20]) {
      gateway.bus.on(IssueToken, async () => {
        await new Promise((resolve) => setTimeout(resolve, lookUpMs));
        throw new AppError('invalid_client');
      });
      const start = performance.now();
      expect((await refusal('grant_type=x')).status).toBe(401);
      times.push(performance.now() - start);
    }
    // A timer may fire a millisecond early; a busy machine makes it late, never early.
    for (const time of times) expect(time).toBeGreaterThan(48);
  });

  it('passes parameters, resources, Authorization and peer facts on, and the answer back as it is', async () => {
    const answer = await post('grant_type=client_credentials&scope=a+b%2Bc&resource=urn:a&resource=urn:b', {
      authorization: 'Basic YTpi',
      'user-agent': `x${'y'.repeat(600)}`,
      'x-request-id': 'req-1',
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    });

    expect(answer.statusCode).toBe(200);
    expect(answer.body).toBe('{"access_token":"t","token_type":"Bearer"}');
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      pragma: 'no-cache',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'req-1',
    });
    expect(answer.headers['x-powered-by']).toBeUndefined();
    expect(sent()).toEqual([
      {
        realm: 'acme',
        parameters: { grant_type: 'client_credentials', scope: 'a b+c' },
        resources: ['urn:a', 'urn:b'],
        authorization: 'Basic YTpi',
        peer: { ip: '127.0.0.1', userAgent: `x${'y'.repeat(511)}` },
      },
    ]);
    expect(gateway.bus.calls[0]?.context).toMatchObject({
      requestId: 'req-1',
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    });
  });

  it.each([`${FORM};charset=UTF-8`, `${FORM}; charset="utf-8"`, 'Application/X-WWW-Form-Urlencoded'])(
    'takes the content type %s',
    async (type) => {
      expect((await post('grant_type=x', { 'content-type': type })).statusCode).toBe(200);
    },
  );

  it.each(['application/json', 'text/plain', `${FORM}; charset=utf-16`, 'multipart/form-data; boundary=x', 'nonsense'])(
    'refuses the content type %s',
    async (type) => {
      expect(await refusal('{}', { 'content-type': type })).toMatchObject({ status: 400, error: 'invalid_request' });
      expect(sent()).toEqual([]);
    },
  );

  it('refuses a request without a body', async () => {
    const answer = await gateway.inject({ method: 'POST', url: URL });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ error: 'invalid_request' });
  });

  it.each([
    ['a duplicate', 'grant_type=a&grant_type=b'],
    ['a duplicate with an empty value', 'scope=&scope=b'],
    ['a duplicate behind an escape', 'scope=a&%73cope=b'],
    ['a duplicate nobody knows', 'foo=1&foo=2'],
    ['a duplicate __proto__', '__proto__=1&__proto__=2'],
    ['a bad escape', 'grant_type=%zz'],
    ['half an escape', 'grant_type=%4'],
    ['an escape that is not UTF-8', 'grant_type=%ff'],
    ['an overlong escape', 'grant_type=%c0%af'],
    ['an escaped surrogate', 'grant_type=%ed%a0%80'],
    ['U+0000', 'username=a%00b'],
    ['too many parameters', Array.from({ length: 51 }, (_, index) => `p${index}=1`).join('&')],
    ['too many resources', 'resource=a&'.repeat(21)],
    ['a value that is too long', `scope=${'a'.repeat(8_193)}`],
  ])('refuses %s', async (_title, body) => {
    expect(await refusal(body)).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(sent()).toEqual([]);
  });

  it.each<[string, TokenRequestFault, string | Buffer, Record<string, string>, string]>([
    ['a duplicate', 'malformed_form', 'scope=a&scope=b', {}, URL],
    ['JSON', 'wrong_content_type', '{}', { 'content-type': 'application/json' }, URL],
    ['a compressed body', 'wrong_content_type', 'scope=a', { 'content-encoding': 'gzip' }, URL],
    ['a body that is too large', 'body_too_large', `scope=${'a'.repeat(16 * 1024)}`, {}, URL],
    ['parameters in the URL', 'parameters_in_url', 'scope=a', {}, `${URL}?client_secret=s`],
    [
      'a long Authorization header',
      'authorization_malformed',
      '',
      { authorization: `Basic ${'a'.repeat(8_200)}` },
      URL,
    ],
  ])('has the refusal of %s recorded before it leaves', async (_title, reason, body, headers, url) => {
    const basic = { authorization: 'Basic YTpi', 'user-agent': 'test' };
    const { answer, status } = await refusal(body, { ...basic, ...headers }, url);
    expect(asked()).toEqual([
      {
        realm: 'acme',
        parameters: {},
        resources: [],
        authorization: headers['authorization'] === undefined ? 'Basic YTpi' : null,
        peer: { ip: '127.0.0.1', userAgent: 'test' },
        fault: { reason, detail: answer.json<{ error_description: string }>().error_description },
      },
    ]);
    expect(status).toBe(reason === 'body_too_large' ? 413 : 400);

    gateway.bus.on(IssueToken, () => {
      throw new AppError('unavailable', { reason: 'audit_record_failed' });
    });
    expect((await refusal(body, headers, url)).status).toBe(503);
    gateway.bus.on(IssueToken, () => {
      throw new AppError('not_found', { detail: 'There is no such realm.' });
    });
    expect((await refusal(body, headers, url)).status).toBe(404);
  });

  it('refuses raw bytes that are not UTF-8', async () => {
    expect(await refusal(Buffer.from([0x61, 0x3d, 0xff]))).toMatchObject({ status: 400, error: 'invalid_request' });
  });

  it('treats parameters without a value as omitted and drops those nobody knows', async () => {
    await post('grant_type=password&scope=&username&__proto__=x&constructor=y&toString=z&&=q&is_admin=true');
    expect(sent()[0]?.parameters).toEqual({ grant_type: 'password' });
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('refuses a body over 16 KiB with 413 in its own form', async () => {
    expect(await refusal(`scope=${'a'.repeat(16 * 1024)}`)).toMatchObject({ status: 413, error: 'invalid_request' });
  });

  it('refuses a compressed body', async () => {
    expect(await refusal('grant_type=x', { 'content-encoding': 'gzip' })).toMatchObject({ status: 400 });
  });

  it.each(['client_secret=s', 'grant_type=x', 'password', 'access_token=t', 'client%5Fsecret=s', 'resource=urn:a'])(
    'refuses parameters in the URL: %s',
    async (query) => {
      expect(await refusal('grant_type=x', {}, `${URL}?${query}`)).toMatchObject({
        status: 400,
        error: 'invalid_request',
      });
      expect(sent()).toEqual([]);
    },
  );

  it('lets a query pass that says nothing', async () => {
    expect((await post('grant_type=x', {}, `${URL}?_=1`)).statusCode).toBe(200);
  });

  it('refuses an Authorization header that is too long', async () => {
    const authorization = `Basic ${'a'.repeat(8_200)}`;
    expect(await refusal('grant_type=x', { authorization })).toMatchObject({ status: 400, error: 'invalid_request' });
  });

  it.each(['no such', '-x', 'a%00b', 'x'.repeat(64), 'x'.repeat(300), '%2e%2e%2fadmin'])(
    'answers 404 for the realm name %s',
    async (realm) => {
      gateway.bus.on(IssueToken, () => {
        throw new AppError('not_found', { detail: 'There is no such realm.' });
      });
      const url = `/realms/${realm.replaceAll(' ', '%20')}/protocol/openid-connect/token`;
      expect(await refusal('grant_type=x', {}, url)).toMatchObject({ status: 404, error: 'invalid_request' });
      // For the record only: nothing of the form goes along. The router takes no name of 300 characters.
      expect(asked().map(({ parameters }) => parameters)).toEqual(realm.length > 255 ? [] : [{}]);
    },
  );

  it.each([
    ['invalid_request', 400, 'invalid_request'],
    ['invalid_client', 401, 'invalid_client'],
    ['invalid_grant', 400, 'invalid_grant'],
    ['unauthorized_client', 400, 'unauthorized_client'],
    ['unsupported_grant_type', 400, 'unsupported_grant_type'],
    ['invalid_scope', 400, 'invalid_scope'],
    ['invalid_target', 400, 'invalid_target'],
    ['not_found', 404, 'invalid_request'],
    ['too_many_requests', 429, 'temporarily_unavailable'],
    ['unavailable', 503, 'temporarily_unavailable'],
    ['deadline_exceeded', 503, 'temporarily_unavailable'],
    ['overloaded', 503, 'temporarily_unavailable'],
    ['internal', 500, 'server_error'],
  ] as const)('answers %s as %i %s', async (code: ErrorCode, status, error) => {
    gateway.bus.on(IssueToken, () => {
      throw new AppError(code, { detail: 'Say "it" — \\ plainly.', reason: 'inner_secret_reason' });
    });
    const { answer, ...rest } = await refusal('grant_type=x');
    expect(rest).toEqual({ status, error });
    const { error_description: description } = answer.json<{ error_description: string }>();
    expect(description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(description).toBe(status >= 500 ? ERROR_CODES[code].title : "Say 'it' ? ? plainly.");
    expect(answer.body).not.toContain('inner_secret_reason');
    expect(answer.headers['retry-after']).toBe(ERROR_CODES[code].retryable ? '1' : undefined);
  });

  it('challenges with Basic only a client that tried the Authorization header', async () => {
    gateway.bus.on(IssueToken, () => {
      throw new AppError('invalid_client');
    });
    const withHeader = await refusal('grant_type=x', { authorization: 'Basic YTpi' });
    expect(withHeader.answer.headers['www-authenticate']).toMatch(/^Basic realm="[^"]+"/);
    const without = await refusal('grant_type=x&client_id=a&client_secret=b');
    expect(without.answer.headers['www-authenticate']).toBeUndefined();
  });

  it('passes on how long to wait', async () => {
    gateway.bus.on(IssueToken, () => {
      throw new AppError('unavailable', { retryAfterSeconds: 7 });
    });
    expect((await refusal('grant_type=x')).answer.headers['retry-after']).toBe('7');
  });

  it('hides what went wrong inside and logs it', async () => {
    gateway.bus.on(IssueToken, () => {
      throw new TypeError('secret internals');
    });
    const { answer, status } = await refusal('grant_type=x');
    expect(status).toBe(500);
    expect(answer.body).not.toContain('internals');
    expect(gateway.log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it.each(['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD'] as const)('answers %s with 405 and Allow', async (method) => {
    const answer = await gateway.inject({ method, url: URL });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers['allow']).toBe('OPTIONS, POST');
    expect(answer.headers['x-request-id']).toBeDefined();
  });

  it('answers OPTIONS with Allow and no CORS', async () => {
    const answer = await gateway.inject({ method: 'OPTIONS', url: URL, headers: { origin: 'https://evil.example' } });
    expect(answer.statusCode).toBe(204);
    expect(answer.headers['allow']).toBe('OPTIONS, POST');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it.each([
    ['not well-formed', 'a b"c'],
    ['a secret', `chs_${'a'.repeat(46)}`],
    ['a token', `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.${'a'.repeat(20)}.${'b'.repeat(20)}`],
  ])('replaces a request id that is %s', async (_title, sentId) => {
    const answer = await post('grant_type=x', { 'x-request-id': sentId });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(gateway.bus.calls[0]?.context.requestId).toBe(answer.headers['x-request-id']);
  });
});
