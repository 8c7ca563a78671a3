import { BUILT_IN_PERMISSIONS, EvaluateBearer, type BuiltInPermissionName } from '#contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerEverything } from '../testing/answer-everything.js';
import { CLIENT_ID, REALM, ROLE_ID } from '../testing/samples.js';
import { bearer, startGateway, type TestGateway } from '../testing/start-gateway.js';
import { routeTable, routeTableMarkdown, type RouteFacts } from './route-table.js';

@Controller('/undeclared')
class UndeclaredController {
  @Get()
  open(): string {
    return 'should never be seen';
  }
}

type Guarded = RouteFacts & { readonly requirement: { readonly kind: 'permissions' } };

const ROUTES = routeTable();
const GUARDED = ROUTES.filter((route): route is Guarded => route.requirement?.kind === 'permissions');
const ENFORCED = BUILT_IN_PERMISSIONS.filter(({ reserved }) => !reserved).map(({ name }) => name);

const urlOf = (path: string, realm = REALM.name) =>
  path
    .replace(':realm', realm)
    .replace(':roleId', ROLE_ID)
    .replace(':name', 'invoices:read')
    .replaceAll(/:\w*id\b/gi, CLIENT_ID);

describe('the route table', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startGateway({ controllers: [UndeclaredController] });
  });

  beforeEach(() => {
    answerEverything(gateway.bus);
    gateway.bus.calls.length = 0;
  });

  afterAll(() => gateway.close());

  /** A body that suits no route, so that a request that passes the guard is refused for its body or answered. */
  const call = (route: RouteFacts, headers: Record<string, string> = {}, realm?: string) =>
    gateway.inject({ method: route.method as 'GET', url: urlOf(route.path, realm), headers });

  it('is what the server serves', () => {
    const server = gateway.app.getHttpAdapter().getInstance();
    const served = ROUTES.filter(({ method, path }) => server.hasRoute({ method: method as 'GET', url: path }));
    expect(served).toEqual(ROUTES);
    expect(ROUTES.length).toBeGreaterThan(25);
  });

  it('declares every route', () => {
    expect(ROUTES.filter(({ requirement }) => requirement === null)).toEqual([]);
  });

  it('opens nothing but health, the protocol and the documentation to everybody', () => {
    const open = ROUTES.filter(({ requirement }) => requirement?.kind === 'public').map(({ path }) => path);
    expect(open.sort()).toEqual([
      '/.well-known/oauth-authorization-server/realms/:realm',
      '/docs',
      '/health/live',
      '/health/ready',
      '/openapi.json',
      '/realms/:realm/.well-known/openid-configuration',
      '/realms/:realm/protocol/openid-connect/certs',
      '/realms/:realm/protocol/openid-connect/token',
    ]);
  });

  it('asks only for permissions whose features exist, and for each of those somewhere', () => {
    const asked = new Set<BuiltInPermissionName>(GUARDED.flatMap(({ requirement }) => requirement.anyOf));
    expect([...asked].sort()).toEqual([...ENFORCED].sort());
  });

  it('answers 403 at a route that declares nothing, whoever asks', async () => {
    for (const headers of [{}, bearer('master', ...ENFORCED)]) {
      const answer = await gateway.inject({ url: '/undeclared', headers });
      expect(answer.statusCode).toBe(403);
      expect(answer.body).not.toContain('never');
    }
    expect(routeTable([UndeclaredController])).toEqual([{ method: 'GET', path: '/undeclared', requirement: null }]);
  });

  describe.each(GUARDED.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', (_title, route) => {
    const { anyOf, issuedBy } = route.requirement;
    const home = issuedBy ?? REALM.name;

    it('answers 401 without an error code when there is no bearer', async () => {
      const answer = await call(route);
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="[^"]+"$/);
      expect(gateway.bus.calls).toEqual([]);
    });

    it('answers 401 invalid_token to a bad bearer', async () => {
      const answer = await call(route, bearer('elsewhere', ...ENFORCED));
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toMatch(
        /error="invalid_token", error_description="The token is 'bad'\."$/,
      );
    });

    it('answers 403 insufficient_scope to a bearer with every other permission', async () => {
      const others = BUILT_IN_PERMISSIONS.map(({ name }) => name).filter((name) => !anyOf.includes(name));
      const answer = await call(route, bearer(home, ...others));
      expect(answer.statusCode).toBe(403);
      expect(answer.headers['www-authenticate']).toContain('error="insufficient_scope"');
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(gateway.bus.calls.map(({ subject }) => subject)).toEqual([EvaluateBearer.subject]);
    });

    it.each(anyOf.map((name) => [name]))('lets %s alone pass', async (name) => {
      const answer = await call(route, bearer(home, name));
      expect([401, 403, 404, 405]).not.toContain(answer.statusCode);
      expect(answer.statusCode).toBeLessThan(500);
    });

    it('tells only those let in whether the realm exists', async () => {
      if (!route.path.includes(':realm')) return;
      expect((await call(route, {}, 'nowhere')).statusCode).toBe(401);
      expect((await call(route, bearer('master'), 'nowhere')).statusCode).toBe(403);
      expect((await call(route, bearer('master', ...anyOf), 'nowhere')).statusCode).toBe(404);
      expect((await call(route, bearer(REALM.name, ...anyOf), 'nowhere')).statusCode).toBe(401);
    });
  });

  it('creates realms for bearers of master only', async () => {
    const answer = await gateway.inject({
      method: 'POST',
      url: '/realms',
      headers: bearer(REALM.name, 'manage_realm'),
      payload: { name: 'new' },
    });
    expect(answer.statusCode).toBe(403);
    expect(answer.json<{ detail: string }>().detail).toContain('master');
  });

  it.each([
    ['another scheme', 'Basic YTpi', null],
    ['no token', 'Bearer', 'invalid_token'],
    ['two tokens', 'Bearer a b', 'invalid_token'],
    ['characters no token has', 'Bearer a"b', 'invalid_token'],
    ['a list of schemes', 'Bearer a, Basic b', 'invalid_token'],
    ['padding in the middle', 'Bearer a=b', 'invalid_token'],
  ])('refuses %s', async (_title, authorization, error) => {
    const answer = await gateway.inject({ url: '/realms', headers: { authorization } });
    expect(answer.statusCode).toBe(401);
    const challenge = answer.headers['www-authenticate'];
    if (error === null) expect(challenge).toBe('Bearer realm="chancery"');
    else expect(challenge).toContain(`error="${error}"`);
    expect(gateway.bus.calls).toEqual([]);
  });

  it('takes the scheme in any case, and no token from the query', async () => {
    const { authorization } = bearer('master', 'view_realm');
    const good = await gateway.inject({
      url: '/realms',
      headers: { authorization: authorization.replace('Bearer', 'bEARER') },
    });
    expect(good.statusCode).toBe(200);
    const bad = await gateway.inject({ url: `/realms?access_token=${authorization.slice(7)}` });
    expect(bad.statusCode).toBe(401);
  });

  it('can be printed as a table', () => {
    expect(routeTableMarkdown()).toContain('| POST | `/realms` | `manage_realm`, in realm `master` |');
    expect(routeTableMarkdown()).toContain(
      '| POST | `/realms/{realm}/clients` | `create_client` or `manage_clients` |',
    );
    expect(routeTableMarkdown().split('\n')).toHaveLength(ROUTES.length + 2);
  });

  it('is the table in ROUTES.md', () => {
    // Column widths and dashes are the formatter's.
    const cells = (table: string) =>
      table
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .map((line) =>
          line
            .split('|')
            .map((cell) => cell.trim().replace(/^-+$/, '---'))
            .join('|'),
        );
    const written = readFileSync(join(import.meta.dirname, '../../ROUTES.md'), 'utf8');
    expect(cells(written)).toEqual(cells(routeTableMarkdown()));
  });
});
