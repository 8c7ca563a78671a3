import {
  ChangeAssignments,
  CreatePermission,
  CreateRole,
  DeletePermission,
  DeleteRole,
  ListPermissions,
  ListRoles,
  PreviewRoleChange,
  PreviewToken,
  ReadClient,
  ReadRole,
  UpdatePermission,
  UpdateRole,
} from '#contracts';
import { AppError } from '#errors';
import { describe, expect, it } from '@jest/globals';
import { answeringGateway } from '../testing/answering-gateway.js';
import { CLIENT, CLIENT_ID, REALM, ROLE, ROLE_ID, USER_ID } from '../testing/samples.js';
import { bearer } from '../testing/start-gateway.js';

const MASTER = bearer('master', 'manage_roles');
const roleShown = {
  id: ROLE_ID,
  realm_id: REALM.id,
  client_id: null,
  name: 'viewer',
  description: null,
  permissions: ['view_realm'],
  created_at: ROLE.createdAt,
  updated_at: ROLE.updatedAt,
};
const subjectShown = {
  id: USER_ID,
  kind: 'service_account',
  username: 'service-account-billing',
  client_id: CLIENT_ID,
};

describe('the routes of roles and permissions', () => {
  const gateway = answeringGateway();

  const request = (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    payload?: object,
    headers: Record<string, string> = {},
  ) =>
    gateway.inject({
      method,
      url: `/realms/acme${path}`,
      headers: { ...MASTER, ...headers },
      ...(payload === undefined ? {} : { payload }),
    });

  describe('roles', () => {
    it('are made with 201, their place and their tag, in an envelope', async () => {
      const answer = await request('POST', '/roles', { name: 'clerk', permissions: ['view_realm'] });
      expect(answer.statusCode).toBe(201);
      expect(answer.json()).toEqual({ data: { ...roleShown, name: 'clerk' } });
      expect(answer.headers).toMatchObject({ etag: '"1"', location: `/realms/acme/roles/${ROLE_ID}` });
      expect(gateway.bus.requestsOf(CreateRole)).toMatchObject([
        { realmId: REALM.id, realmName: 'acme', client: null, description: null, permissions: ['view_realm'] },
      ]);
    });

    it('of a client are made for the client that the registry knows', async () => {
      const answer = await request('POST', `/clients/${CLIENT_ID}/roles`, { name: 'clerk' });
      expect(answer.statusCode).toBe(201);
      expect(gateway.bus.requestsOf(CreateRole)).toMatchObject([
        { client: { id: CLIENT_ID, clientId: CLIENT.clientId }, permissions: [] },
      ]);
      gateway.bus.on(ReadClient, () => {
        throw new AppError('not_found');
      });
      expect((await request('POST', `/clients/${CLIENT_ID}/roles`, { name: 'clerk' })).statusCode).toBe(404);
      expect((await request('GET', `/clients/${CLIENT_ID}/roles`)).statusCode).toBe(404);
      expect(gateway.bus.requestsOf(CreateRole)).toHaveLength(1);
    });

    it.each(['', ' x', 'x ', 'a\nb', 'x'.repeat(256), 7, null])('refuse the name %p', async (name) => {
      const answer = await request('POST', '/roles', { name });
      expect(answer.statusCode).toBe(422);
      expect(answer.json()).toMatchObject({ errors: [{ pointer: '/name' }] });
    });

    it('are listed, of the realm and of a client', async () => {
      await request('GET', '/roles?search=a');
      await request('GET', `/clients/${CLIENT_ID}/roles?limit=2`);
      expect(gateway.bus.requestsOf(ListRoles)).toEqual([
        { realmId: REALM.id, page: { limit: 50, cursor: null }, search: 'a' },
        { realmId: REALM.id, clientId: CLIENT_ID, page: { limit: 2, cursor: null }, search: null },
      ]);
    });

    it('are read, changed and deleted under their version', async () => {
      const read = await request('GET', `/roles/${ROLE_ID}`);
      expect(read.json()).toEqual({ data: roleShown });
      expect(read.headers['etag']).toBe('"1"');
      expect((await request('GET', `/roles/${ROLE_ID}`, undefined, { 'if-none-match': '"1"' })).statusCode).toBe(304);
      const put = await request('PUT', `/roles/${ROLE_ID}`, { description: null }, { 'if-match': '"1"' });
      expect(put.headers['etag']).toBe('"2"');
      await request('PATCH', `/roles/${ROLE_ID}/permissions`, { add: ['a'], remove: ['b'] });
      expect(gateway.bus.requestsOf(UpdateRole)).toMatchObject([
        { id: ROLE_ID, ifVersion: 1, changes: { description: null } },
        { id: ROLE_ID, ifVersion: null, changes: { addPermissions: ['a'], removePermissions: ['b'] } },
      ]);
      expect((await request('DELETE', `/roles/${ROLE_ID}`, undefined, { 'if-match': '"7"' })).statusCode).toBe(204);
      expect(gateway.bus.requestsOf(DeleteRole)).toMatchObject([{ id: ROLE_ID, ifVersion: 7 }]);
    });

    it.each([
      ['PUT', '', { name: null }],
      ['PUT', '', { permissions: 'view_realm' }],
      ['PUT', '', { client_id: CLIENT_ID }],
      ['PATCH', '/permissions', { add: [1] }],
      ['PATCH', '/permissions', { permissions: null }],
      ['PATCH', '/subjects', { add: ['x'] }],
      ['PATCH', '/subjects', { add: Array.from({ length: 101 }, () => USER_ID) }],
      ['POST', '/impact', {}],
    ] as const)('refuse %s %s with %j', async (method, path, body) => {
      expect((await request(method, `/roles/${ROLE_ID}${path}`, body)).statusCode).toBe(422);
    });

    it('tell the impact of a change page by page', async () => {
      const answer = await request('POST', `/roles/${ROLE_ID}/impact?limit=1`, { permissions: ['invoices:read'] });
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toEqual({
        role: { added: ['invoices:read'], removed: [], audience: 'billing', holders: 3 },
        data: [{ ...subjectShown, gains: ['invoices:read'], loses: [] }],
        page: { next_cursor: 'next', total: 2 },
      });
      expect(gateway.bus.requestsOf(PreviewRoleChange)).toMatchObject([{ page: { limit: 1, cursor: null } }]);
    });

    it('tell who holds them, and are given to many', async () => {
      const answer = await request('GET', `/roles/${ROLE_ID}/subjects`);
      expect(answer.json()).toMatchObject({ data: [{ ...subjectShown, assigned_at: ROLE.createdAt }] });
      expect((await request('PATCH', `/roles/${ROLE_ID}/subjects`, { add: [USER_ID] })).statusCode).toBe(204);
      expect((await request('PATCH', `/users/${USER_ID}/roles`, { remove: [ROLE_ID] })).statusCode).toBe(204);
      const pair = { subjectId: USER_ID, roleId: ROLE_ID };
      expect(gateway.bus.requestsOf(ChangeAssignments)).toMatchObject([
        { add: [pair], remove: [] },
        { add: [], remove: [pair] },
      ]);
      gateway.bus.on(ReadRole, () => {
        throw new AppError('not_found');
      });
      expect((await request('PATCH', `/roles/${ROLE_ID}/subjects`, {})).statusCode).toBe(404);
    });
  });

  describe('permissions', () => {
    it('are made bare with 201, of the realm or of a client', async () => {
      const answer = await request('POST', '/permissions', { name: 'invoices:read', description: 'd' });
      expect(answer.statusCode).toBe(201);
      expect(answer.json()).toMatchObject({ bit: 1, name: 'invoices:read', description: 'd', built_in: false });
      await request('POST', `/clients/${CLIENT_ID}/permissions`, { name: 'x' });
      expect(gateway.bus.requestsOf(CreatePermission).map(({ client }) => client)).toEqual([
        null,
        { id: CLIENT_ID, clientId: CLIENT.clientId },
      ]);
    });

    it.each(['', 'a b', 'a"b', 'a\\b', 'ü', 'x'.repeat(101), 7])('refuse the name %p', async (name) => {
      const answer = await request('POST', '/permissions', { name });
      expect(answer.statusCode).toBe(422);
      expect(answer.json()).toMatchObject({ errors: [{ pointer: '/name' }] });
    });

    it('are named in the path, escaped', async () => {
      const path = `/permissions/${encodeURIComponent('a/b:c?')}`;
      expect((await request('PATCH', path, { name: 'd' })).statusCode).toBe(200);
      expect((await request('DELETE', path)).statusCode).toBe(204);
      expect((await request('DELETE', `/clients/${CLIENT_ID}${path}?force=true`)).statusCode).toBe(204);
      expect((await request('PATCH', `/clients/${CLIENT_ID}${path}`, { description: null })).statusCode).toBe(200);
      expect(gateway.bus.requestsOf(UpdatePermission)).toMatchObject([
        { clientId: null, name: 'a/b:c?', changes: { name: 'd' } },
        { clientId: CLIENT_ID, changes: { description: null } },
      ]);
      expect(gateway.bus.requestsOf(DeletePermission)).toMatchObject([
        { clientId: null, name: 'a/b:c?', force: false },
        { clientId: CLIENT_ID, force: true },
      ]);
      expect((await request('DELETE', `${path}?force=yes`)).statusCode).toBe(422);
    });

    it('of a client are listed', async () => {
      await request('GET', `/clients/${CLIENT_ID}/permissions`);
      expect(gateway.bus.requestsOf(ListPermissions)).toEqual([{ realmId: REALM.id, clientId: CLIENT_ID }]);
    });

    it('of a user are told with their reasons', async () => {
      const answer = await request('GET', `/users/${USER_ID}/permissions`);
      expect(answer.json()).toMatchObject({
        data: [
          {
            name: 'invoices:read',
            client_id: CLIENT_ID,
            audience: 'billing',
            roles: [{ id: ROLE_ID, name: 'viewer' }],
          },
        ],
      });
    });
  });

  describe('a dry run', () => {
    const evaluate = (body?: object) => request('POST', `/clients/${CLIENT_ID}/evaluate`, body);

    it('asks for what the body says, or for everything', async () => {
      const answer = await evaluate({ scope: 'a', resource: 'billing', user_id: USER_ID });
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toMatchObject({ data: { granted: true, expires_in: 300, claims: { sub: USER_ID } } });
      await evaluate({ resource: ['a', 'b'] });
      await evaluate();
      const facts = { realmId: REALM.id, realmName: 'acme', clientId: CLIENT_ID, clientIdentifier: 'billing' };
      expect(gateway.bus.requestsOf(PreviewToken)).toEqual([
        { ...facts, scope: 'a', resources: ['billing'], userId: USER_ID },
        { ...facts, scope: null, resources: ['a', 'b'], userId: null },
        { ...facts, scope: null, resources: [], userId: null },
      ]);
    });

    it('tells a refusal as an answer', async () => {
      gateway.bus.on(PreviewToken, () => ({
        ...{ outcome: 'refused', error: 'invalid_scope', description: 'Too much.', reason: 'scope_not_held' },
        outcome: 'refused' as const,
      }));
      expect((await evaluate({})).json()).toEqual({
        data: {
          granted: false,
          error: 'invalid_scope',
          error_description: 'Too much.',
          reason: 'scope_not_held',
        },
      });
    });

    it.each([{ scope: 7 }, { resource: [7] }, { resource: {} }, { user_id: 'x' }, { foo: 1 }])(
      'refuses %j',
      async (body) => {
        expect((await evaluate(body)).statusCode).toBe(422);
      },
    );
  });
});
