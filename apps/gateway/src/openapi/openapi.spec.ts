import { BUILT_IN_PERMISSIONS, IssueToken, ReadMetadata } from '#contracts';
import { documentProblems, ExchangeCheck } from '#testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ListQuery } from '../http/list-query.js';
import { answerEverything } from '../testing/answer-everything.js';
import { CLIENT_ID, REALM, ROLE_ID } from '../testing/samples.js';
import { bearer, startGateway, type TestGateway } from '../testing/start-gateway.js';
import { openApiDocument } from './document.js';
import { documentedRoutes, type DocumentedRoute } from './operations.js';
import { bodyOf, successStatus } from './route-inputs.js';

const { documented, undocumented, stale } = documentedRoutes();
const DOCUMENT = openApiDocument('https://id.example');
const EVERYTHING = bearer('master', ...BUILT_IN_PERMISSIONS.map(({ name }) => name));

const METADATA = {
  issuer: 'https://id.example/realms/acme',
  token_endpoint: 'https://id.example/realms/acme/protocol/openid-connect/token',
  jwks_uri: 'https://id.example/realms/acme/protocol/openid-connect/certs',
  grant_types_supported: [],
  token_endpoint_auth_methods_supported: [],
  response_types_supported: [],
  subject_types_supported: [],
  id_token_signing_alg_values_supported: [],
};

const pathOf = ({ path }: DocumentedRoute) =>
  path
    .replace('{realm}', REALM.name)
    .replace('{roleId}', ROLE_ID)
    .replaceAll(/\{\w+\}/g, CLIENT_ID);

const encoded = ({ doc }: DocumentedRoute, example: unknown): { headers: Record<string, string>; payload?: string } => {
  if (example === undefined) return { headers: {} };
  const form = doc.body?.type === 'application/x-www-form-urlencoded';
  return {
    headers: { 'content-type': doc.body?.type ?? 'application/json' },
    payload: form ? new URLSearchParams(example as Record<string, string>).toString() : JSON.stringify(example),
  };
};

describe('the document of the API', () => {
  let gateway: TestGateway;
  let check: ExchangeCheck;

  beforeAll(async () => {
    gateway = await startGateway();
    check = new ExchangeCheck(DOCUMENT);
  });

  beforeEach(() => {
    answerEverything(gateway.bus);
    // These come encoded from the token service.
    const issued = { access_token: 't', token_type: 'Bearer', expires_in: 300, scope: '' };
    gateway.bus.on(IssueToken, () => ({ body: JSON.stringify(issued) }));
    gateway.bus.on(ReadMetadata, () => ({ body: JSON.stringify(METADATA) }));
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(() => gateway.close());

  const send = async (route: DocumentedRoute, more: { query?: string; headers?: Record<string, string> } = {}) => {
    const { headers, payload } = encoded(route, route.doc.example);
    const { exampleQuery } = route.doc;
    const example = exampleQuery === undefined ? '' : `?${new URLSearchParams(exampleQuery).toString()}`;
    const path = `${pathOf(route)}${more.query ?? example}`;
    const answer = await gateway.inject({
      method: route.method as 'GET',
      url: path,
      headers: { ...EVERYTHING, ...headers, ...more.headers },
      ...(payload === undefined ? {} : { payload }),
    });
    const problems = check.problems({
      method: route.method,
      path,
      sent: route.doc.example,
      status: answer.statusCode,
      headers: { get: (name) => (answer.headers[name.toLowerCase()] as string | undefined) ?? null },
      text: answer.body,
    });
    return { status: answer.statusCode, body: answer.body, problems };
  };

  it('has every route, and nothing that is no route (apps/gateway/src/openapi/resources)', () => {
    expect({ undocumented, stale }).toEqual({ undocumented: [], stale: [] });
  });

  it('is OpenAPI 3.1: references resolve, operations have ids, parameters are declared, schemas compile', () => {
    expect(documentProblems(DOCUMENT)).toEqual([]);
  });

  it('speaks of this version of the product', () => {
    const path = join(import.meta.dirname, '../../../../package.json');
    const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
    expect(DOCUMENT['info']).toMatchObject({ version });
  });

  it('names the permissions that a route asks for, and the realm', () => {
    const paths = DOCUMENT['paths'] as Record<string, Record<string, object>>;
    expect(paths['/realms/{realm}/clients']?.['post']).toMatchObject({
      security: [{ bearer: [] }],
      'x-required-permissions': ['create_client', 'manage_clients'],
    });
    expect(paths['/realms']?.['post']).toMatchObject({ 'x-required-realm': 'master' });
    expect(paths['/realms/{realm}/protocol/openid-connect/token']?.['post']).toMatchObject({
      security: [{ clientBasic: [] }, {}],
    });
  });

  describe.each(documented.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', (_title, route) => {
    it('answers its success as the document says', async () => {
      const answer = await send(route);
      expect(answer).toEqual({ status: successStatus(route.route), body: expect.anything(), problems: [] });
    });

    it('has an example of its body, when it takes one that matters', () => {
      const body = route.doc.body === undefined ? bodyOf(route.route) : null;
      const members = Object.keys((body?.schema['properties'] ?? {}) as object);
      expect(route.doc.example !== undefined || (members.length === 0 && route.doc.body === undefined)).toBe(true);
    });

    it('reads of its query what the document says, and takes the words it lists', async () => {
      const asked = new Set<string>();
      const read = ListQuery.prototype.text;
      jest.spyOn(ListQuery.prototype, 'text').mockImplementation(function (this: ListQuery, name, maxLength) {
        asked.add(name);
        return read.call(this, name, maxLength);
      });
      await send(route);
      expect([...asked].sort()).toEqual(Object.keys(route.doc.query ?? {}).sort());
      for (const [name, schema] of Object.entries(route.doc.query ?? {})) {
        const words = (schema as { enum?: readonly string[] }).enum ?? [];
        // Beside what must be given anyway.
        const status = async (word: string): Promise<number> => {
          const query = new URLSearchParams({ ...route.doc.exampleQuery, [name]: word });
          return (await send(route, { query: `?${query.toString()}` })).status;
        };
        for (const word of words) expect(await status(word)).toBe(successStatus(route.route));
        if (words.length > 0) expect(await status('no-such-word')).toBe(422);
      }
    });

    it('refuses a query member that it does not know, when it answers a list', async () => {
      const { body } = route.method === 'GET' ? await send(route) : { body: '{}' };
      const isList = body.startsWith('[') || body.startsWith('{"data":[');
      const { status } = await send(route, { query: '?no_such_member=1' });
      if (isList) expect(status).toBe(422);
    });

    it('honours If-Match and If-None-Match exactly where the document says so', async () => {
      const garbled = (name: string) => send(route, { headers: { [name]: 'no entity tag' } });
      const answers = { ifMatch: await garbled('if-match'), ifNoneMatch: await garbled('if-none-match') };
      expect(answers.ifMatch.status === 400).toBe(route.doc.conditional === true);
      expect(answers.ifNoneMatch.status === 400).toBe(route.doc.tagged === true && route.method === 'GET');
      expect([...answers.ifMatch.problems, ...answers.ifNoneMatch.problems]).toEqual([]);
      const unchanged = await send(route, { headers: { 'if-none-match': '*' } });
      expect(unchanged.status === 304).toBe(route.doc.tagged === true && route.method === 'GET');
      expect(unchanged.problems).toEqual([]);
    });

    it('answers errors as the document says', async () => {
      const anonymous = await send(route, { headers: { authorization: '' } });
      const encodedBody = await send(route, { headers: { 'content-encoding': 'gzip' } });
      const strange = await send(route, { query: '?no_such_member=1', headers: { 'content-type': 'text/plain' } });
      expect([anonymous.problems, encodedBody.problems, strange.problems.filter(isAboutErrors)]).toEqual([[], [], []]);
    });
  });
});

/** A route that reads no query lets any pass, which is no news for the document. */
function isAboutErrors(problem: string): boolean {
  return !problem.includes('no_such_member was accepted');
}
