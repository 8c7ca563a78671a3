import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Administrator, unique, type Page, type RealmBody } from './support/administrator.js';
import { expectProblem, type Answer } from './support/http.js';
import { clientCredentials, tokenOf } from './support/protocol.js';

interface Route {
  readonly method: string;
  readonly path: string;
  readonly anyOf: readonly string[];
}
interface PermissionBody {
  readonly name: string;
  readonly built_in: boolean;
  readonly reserved: boolean;
}

// Thousands of requests.
jest.setTimeout(180_000);

const NOBODY = '00000000-0000-7000-8000-000000000000';

/** Every route that asks for a permission in the realm it acts on, as the documentation has it. */
const ROUTES: readonly Route[] = readFileSync(join(import.meta.dirname, '../../apps/gateway/ROUTES.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, method = '', path = '', needs = '']) => ({
    method,
    path: path.replaceAll('`', ''),
    anyOf: needs.includes('in realm') ? [] : [...needs.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? ''),
  }))
  .filter(({ anyOf }) => anyOf.length > 0);

/** Every route by somebody who holds only one permission, and by somebody who holds all but that one. */
describe('the permission matrix', () => {
  let admin: Administrator;
  let realm: RealmBody;
  let permissions: readonly PermissionBody[];

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
    permissions = (await admin.done<Page<PermissionBody>>('GET', `/realms/${realm.name}/permissions`)).data;
  });

  const names = () => permissions.map(({ name }) => name);
  const base = () => `/realms/${realm.name}`;

  /** Somebody of the realm who holds exactly these. */
  const holderOf = async (...held: readonly string[]): Promise<Administrator> => {
    const client = await admin.createServiceClient(realm.name);
    const role = await admin.done<{ data: { name: string } }>('POST', `${base()}/roles`, {
      name: unique('holder'),
      permissions: held,
    });
    await admin.assignRole(client, role.data.name);
    return new Administrator(tokenOf(await clientCredentials(client)).token);
  };

  /** About things that nobody has, or in a version that nothing has: who is let in changes nothing. */
  const knock = (who: Administrator, { method, path }: Route): Promise<Answer> => {
    const url = path
      .replace('{realm}', realm.name)
      .replace('{name}', 'no-such')
      .replaceAll(/\{\w+\}/g, NOBODY);
    // A stream that is let in would never end; who is let in is told what is wrong with the question instead.
    const query = path.endsWith('/tail') ? '?no_such_member=1' : '';
    return who.ask(method, `${url}${query}`, undefined, { headers: { 'if-match': '"0"' } });
  };
  const letIn = ({ status, headers }: Answer): boolean => {
    if (status >= 500) throw new Error(`answered ${String(status)}`);
    const refused = headers.get('www-authenticate')?.includes('error="insufficient_scope"') === true;
    expect(status === 401).toBe(false);
    return !refused;
  };
  const opened = async (who: Administrator): Promise<readonly string[]> => {
    const answers = await Promise.all(ROUTES.map(async (route) => ({ route, isOpen: letIn(await knock(who, route)) })));
    return answers.filter(({ isOpen }) => isOpen).map(({ route: { method, path } }) => `${method} ${path}`);
  };
  const shouldOpen = (held: readonly string[]): readonly string[] =>
    ROUTES.filter(({ anyOf }) => anyOf.some((name) => held.includes(name))).map(
      ({ method, path }) => `${method} ${path}`,
    );

  it('is read from the documentation', () => {
    expect(ROUTES.length).toBeGreaterThan(40);
    const asked = new Set(ROUTES.flatMap(({ anyOf }) => anyOf));
    expect([...asked].sort()).toEqual(
      permissions
        .filter(({ reserved }) => !reserved)
        .map(({ name }) => name)
        .sort(),
    );
  });

  it('each permission alone opens its routes and no other; a reserved one opens none', async () => {
    for (const { name, reserved } of permissions) {
      const open = await opened(await holderOf(name));
      expect({ name, open }).toEqual({ name, open: shouldOpen([name]) });
      expect({ name, opensSome: open.length > 0 }).toEqual({ name, opensSome: !reserved });
    }
  });

  it('everything but one permission opens all but what that one alone opens', async () => {
    for (const { name } of permissions) {
      const others = names().filter((other) => other !== name);
      expect({ name, open: await opened(await holderOf(...others)) }).toEqual({ name, open: shouldOpen(others) });
    }
  });

  it('nobody makes, edits, gives or deletes a role with the one permission they lack', async () => {
    const target = await admin.createServiceClient(realm.name);
    const account = `${base()}/clients/${target.id}/service-account-user`;
    const user = await admin.done<{ data: { id: string } }>('GET', account);
    for (const lacking of names().filter((name) => name !== 'manage_roles')) {
      const who = await holderOf(...names().filter((name) => name !== lacking));
      const roles = `${base()}/roles`;
      const theirs = await admin.done<{ data: { id: string } }>('POST', roles, {
        name: unique('theirs'),
        permissions: [lacking],
      });
      const { id } = theirs.data;
      const own = await who.done<{ data: { id: string } }>('POST', roles, { name: unique('own') });
      for (const [method, path, json] of [
        ['POST', roles, { name: unique('role'), permissions: [lacking] }],
        ['PUT', `${roles}/${own.data.id}`, { permissions: [lacking] }],
        ['PATCH', `${roles}/${own.data.id}/permissions`, { add: [lacking] }],
        ['PATCH', `${roles}/${id}/permissions`, { permissions: [] }],
        ['PUT', `${roles}/${id}`, { name: unique('mine') }],
        ['DELETE', `${roles}/${id}`, undefined],
        ['POST', `${base()}/users/${user.data.id}/roles/${id}`, undefined],
        ['PATCH', `${base()}/users/${user.data.id}/roles`, { add: [id] }],
        ['PATCH', `${roles}/${id}/subjects`, { add: [user.data.id] }],
      ] as const) {
        expectProblem(await who.ask(method, path, json), 403);
      }
    }
    const held = await admin.done<Page<unknown>>('GET', `${base()}/users/${user.data.id}/roles`);
    expect(held.data).toEqual([]);
  });

  it('roles and permissions of an API are for those who manage the API as well', async () => {
    const client = await admin.createServiceClient(realm.name);
    const own = `${base()}/clients/${client.id}`;
    await admin.done('POST', `${own}/permissions`, { name: 'go' });
    await admin.done('POST', `${base()}/permissions`, { name: 'own:thing' });
    const rolesOnly = await holderOf('manage_roles');
    for (const [method, path, json] of [
      ['POST', `${own}/permissions`, { name: 'x' }],
      ['PATCH', `${own}/permissions/go`, { name: 'x' }],
      ['DELETE', `${own}/permissions/go`, undefined],
      ['POST', `${own}/roles`, { name: 'x', permissions: ['go'] }],
      ['POST', `${base()}/permissions`, { name: 'x' }],
      ['PATCH', `${base()}/permissions/own:thing`, { name: 'x' }],
      ['DELETE', `${base()}/permissions/own:thing`, undefined],
      ['POST', `${base()}/roles`, { name: 'x', permissions: ['own:thing'] }],
    ] as const) {
      expectProblem(await rolesOnly.ask(method, path, json), 403);
    }
    const manager = await holderOf('manage_roles', 'manage_clients', 'manage_realm');
    await manager.done('POST', `${own}/roles`, { name: unique('role'), permissions: ['go'] });
    await manager.done('POST', `${base()}/roles`, { name: unique('role'), permissions: ['own:thing'] });
  });
});
