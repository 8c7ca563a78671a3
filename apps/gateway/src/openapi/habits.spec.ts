import { BUILT_IN_PERMISSIONS } from '#contracts';
import { describe, expect, it } from '@jest/globals';
import { answeringGateway } from '../testing/answering-gateway.js';
import { CLIENT_ID, REALM } from '../testing/samples.js';
import { bearer } from '../testing/start-gateway.js';
import { documentedRoutes, type DocumentedRoute } from './operations.js';
import { successStatus } from './route-inputs.js';

const { documented } = documentedRoutes();
const EVERYTHING = bearer('master', ...BUILT_IN_PERMISSIONS.map(({ name }) => name));
const titled = (routes: readonly DocumentedRoute[]) =>
  routes.map((route) => [`${route.method} ${route.path}`, route] as const);

/** Single objects that are changed or deleted without a version of their own, and why. */
const WITHOUT_VERSION: Readonly<Record<string, string>> = {
  '/realms/{realm}/users/{id}/roles/{roleId}': 'held or not: there is nothing to overwrite',
  '/realms/{realm}/clients/{id}/secrets/{secretId}': 'made and deleted, never changed by a caller',
};

/** The habits that every route of the administration keeps, so that a tool learns them once. */
describe('the habits of the API', () => {
  const gateway = answeringGateway();

  const creations = documented.filter(({ method, route }) => method === 'POST' && successStatus(route) === 201);

  it('has creations to look at', () => {
    expect(creations.length).toBeGreaterThanOrEqual(11);
  });

  it.each(titled(creations))('%s is done once under an Idempotency-Key', async (_title, { path, doc }) => {
    expect(Object.keys(doc.headers ?? {})).toContain('Idempotency-Key');
    expect(Object.keys(doc.answerHeaders ?? {})).toContain('Idempotency-Replayed');
    expect(doc.errors).toContain('idempotency_key_reused');
    const create = (key: string) =>
      gateway.inject({
        method: 'POST',
        url: path.replace('{realm}', REALM.name).replaceAll(/\{\w+\}/g, CLIENT_ID),
        headers: { ...EVERYTHING, 'content-type': 'application/json', 'idempotency-key': key },
        payload: JSON.stringify(doc.example ?? {}),
      });
    expect((await create('order-1')).statusCode).toBe(201);
    const named = gateway.bus.calls.filter(({ request }) => Object.hasOwn(request as object, 'idempotencyKey'));
    expect(named.map(({ request }) => (request as { idempotencyKey: unknown }).idempotencyKey)).toEqual(['order-1']);
    expect((await create('not a key')).statusCode).toBe(400);
  });

  const singles = documented.filter(
    ({ method, path }) => ['PUT', 'PATCH', 'DELETE'].includes(method) && /\{\w+\}$/.test(path),
  );
  const versioned = singles.filter(({ path }) => !Object.hasOwn(WITHOUT_VERSION, path));

  it.each(titled(versioned))('%s is refused on an old version', (_title, { method, path, doc }) => {
    const read = documented.find((one) => one.method === 'GET' && one.path === path);
    expect({ readable: read?.doc.tagged === true, conditional: doc.conditional === true }).toEqual({
      readable: true,
      conditional: true,
    });
    if (method !== 'DELETE') expect(doc.tagged).toBe(true);
  });

  it('excuses only what is there', () => {
    const paths = new Set(singles.map(({ path }) => path));
    expect(Object.keys(WITHOUT_VERSION).filter((path) => !paths.has(path))).toEqual([]);
  });
});
