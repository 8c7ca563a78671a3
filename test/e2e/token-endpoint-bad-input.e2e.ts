import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, unique, type TestClient } from './support/administrator.js';
import { ask, expectOAuthError, type Ask } from './support/http.js';
import { basic, clientCredentials, requestToken, tokenOf, tokenPath } from './support/protocol.js';

/** Whatever arrives at the token endpoint gets a clear answer; `ask` fails the test for a 500 or a stack trace. */
describe('bad input at the token endpoint', () => {
  let admin: Administrator;
  let client: TestClient;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    const realm = await admin.createRealm();
    client = await admin.createServiceClient(realm.name);
  });

  const form = 'application/x-www-form-urlencoded';
  const authorized = (request: Ask): Ask => ({
    ...request,
    headers: { authorization: basic(client.clientId, client.secret), ...request.headers },
  });
  const body = (raw: string | Uint8Array, contentType = form): Ask =>
    authorized({ raw, headers: { 'content-type': contentType } });

  it.each<[string, () => Ask]>([
    ['no body', () => authorized({ headers: { 'content-type': form } })],
    ['no body and no content type', () => authorized({})],
    ['a broken percent-escape', () => body('grant_type=client_credentials&scope=%zz')],
    ['an escape that is not UTF-8', () => body('grant_type=client_credentials&scope=%ff%fe')],
    ['bytes that are not UTF-8', () => body(Uint8Array.from([0x67, 0x3d, 0xff, 0xfe]))],
    ['a NUL in a value', () => body('grant_type=client_credentials&scope=a%00b')],
    ['a NUL in a name', () => body('grant_type=client_credentials&a%00b=c')],
    ['a parameter twice', () => body('grant_type=client_credentials&grant_type=client_credentials')],
    ['a parameter twice, once encoded', () => body('grant_type=client_credentials&grant%5ftype=client_credentials')],
    ['far too many parameters', () => body(Array.from({ length: 900 }, (_, n) => `p${String(n)}=1`).join('&'))],
    ['a value that is far too long', () => body(`grant_type=client_credentials&scope=${'a'.repeat(9_000)}`)],
    ['JSON', () => body('{"grant_type":"client_credentials"}', 'application/json')],
    ['JSON that says it is a form', () => body('{"grant_type":"client_credentials"}')],
    ['multipart', () => body('--x\r\n\r\n--x--', 'multipart/form-data; boundary=x')],
    ['plain text', () => body('grant_type=client_credentials', 'text/plain')],
    ['an unknown content type', () => body('grant_type=client_credentials', 'x/y')],
    ['a content type that is none', () => body('grant_type=client_credentials', '/')],
  ])('answers 400 invalid_request to %s', async (_name, request) => {
    expectOAuthError(await requestToken(client.realm, request()), 400, 'invalid_request');
  });

  it('takes the content type in any case and with parameters', async () => {
    for (const type of ['Application/X-WWW-Form-URLEncoded', `${form}; charset=UTF-8`, `${form};charset=utf-8`]) {
      expect((await requestToken(client.realm, body('grant_type=client_credentials', type))).status).toBe(200);
    }
  });

  it('answers 413 to a body that is too large', async () => {
    const answer = await requestToken(client.realm, body(`grant_type=client_credentials&x=${'y'.repeat(100_000)}`));
    expectOAuthError(answer, 413, 'invalid_request');
  });

  it.each<[string, string]>([
    ['no credentials', 'Basic'],
    ['no Base64', 'Basic !!!!'],
    ['no colon', `Basic ${Buffer.from('just-a-name').toString('base64')}`],
    ['an empty client_id', `Basic ${Buffer.from(':secret').toString('base64')}`],
    ['a broken escape', `Basic ${Buffer.from('%zz:%zz').toString('base64')}`],
    ['a NUL', `Basic ${Buffer.from('a\0b:c').toString('base64')}`],
    ['bytes that are not UTF-8', `Basic ${Buffer.from([0xff, 0x3a, 0xfe]).toString('base64')}`],
    ['a very long client_id', `Basic ${Buffer.from(`${'a'.repeat(4_000)}:x`).toString('base64')}`],
    ['another scheme', 'Digest username="x"'],
    ['a bearer', 'Bearer abc'],
  ])('answers 401 invalid_client to an Authorization header with %s', async (_name, authorization) => {
    const answer = await requestToken(client.realm, {
      headers: { authorization },
      form: { grant_type: 'client_credentials' },
    });
    expectOAuthError(answer, 401, 'invalid_client');
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
  });

  it('answers 401 invalid_client when no client is named', async () => {
    expectOAuthError(
      await requestToken(client.realm, { form: { grant_type: 'client_credentials' } }),
      401,
      'invalid_client',
    );
  });

  it('answers an unknown client, a wrong secret, no secret and a disabled client exactly alike', async () => {
    const disabled = await admin.createServiceClient(client.realm, { enabled: false });
    const foreign = await admin.createServiceClient('master');
    const attempts = [
      { ...client, clientId: unique('unknown') },
      { ...client, secret: 'wrong' },
      { ...client, secret: '' },
      { ...client, secret: client.secret.slice(0, -1) },
      { ...client, clientId: client.clientId.toUpperCase() },
      disabled,
      { ...foreign, realm: client.realm },
    ];
    const answers = await Promise.all(attempts.map((attempt) => clientCredentials(attempt)));
    const visible = answers.map(({ status, text, headers }) => {
      const shown = [...headers].filter(([name]) => !['date', 'x-request-id', 'keep-alive'].includes(name));
      return JSON.stringify({ status, text, shown });
    });
    expectOAuthError(answers[0] as (typeof answers)[number], 401, 'invalid_client');
    expect(new Set(visible).size).toBe(1);
    await admin.done('DELETE', `/realms/master/clients/${foreign.id}`);
  });

  it.each(['no-such-realm', '%00', '..%2f..', 'a'.repeat(300), '%F0%9F%98%80', "'%20OR%201=1", '-'])(
    'answers 404 in the form of RFC 6749 to realm %s',
    async (realm) => {
      const answer = await ask('POST', tokenPath(realm), authorized({ form: { grant_type: 'client_credentials' } }));
      expectOAuthError(answer, 404, 'invalid_request');
    },
  );

  it('answers a disabled realm as if its clients were not there', async () => {
    const realm = await admin.createRealm();
    const inside = await admin.createServiceClient(realm.name);
    expect((await clientCredentials(inside)).status).toBe(200);
    await admin.done('PUT', `/realms/${realm.name}`, { enabled: false });
    const refused = await clientCredentials(inside);
    expect({ status: refused.status >= 400 && refused.status < 500, body: refused.body }).toEqual({
      status: true,
      body: { error: expect.any(String), error_description: expect.any(String) },
    });
    await admin.done('PUT', `/realms/${realm.name}`, { enabled: true });
    expect((await clientCredentials(inside)).status).toBe(200);
  });

  it('does not lose its good answers among bad ones', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        if (n % 3 === 0) return requestToken(client.realm, body('grant_type=%zz'));
        if (n % 3 === 1) return clientCredentials({ ...client, secret: `wrong-${String(n)}` });
        return clientCredentials(client);
      }),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map((_, n) => [400, 401, 200][n % 3]));
    const ids = answers.filter(({ status }) => status === 200).map((answer) => tokenOf(answer).claims.jti);
    expect(new Set(ids).size).toBe(20);
  });
});
