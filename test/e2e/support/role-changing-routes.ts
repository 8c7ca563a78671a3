import { expect } from '@jest/globals';
import { type TestClient, unique } from './administrator.js';
import { type Change, changeOf, type Ground, type Prepare } from './change-ground.js';

/** Roles and permissions of the realm, or of a client as an API. */
const scopeRoutes = (owner: 'realm' | 'client'): Record<string, Prepare> => {
  const pattern = owner === 'realm' ? '/realms/{realm}' : '/realms/{realm}/clients/{id}';
  const prepare =
    (make: (ground: Ground, path: string, api: TestClient | undefined) => Promise<Omit<Change, 'realm'>>): Prepare =>
    async (ground) => {
      const api = owner === 'realm' ? undefined : await ground.client();
      const made = await make(ground, api === undefined ? ground.base : `${ground.base}/clients/${api.id}`, api);
      const facts = api === undefined ? {} : { client_id: api.clientId };
      const scope = { scope: api?.id ?? 'realm' };
      const events = made.events.map((event) => ({ ...facts, ...event, details: { ...scope, ...event.details } }));
      return { ...made, realm: ground.realm, events };
    };
  return {
    [`POST ${pattern}/permissions`]: prepare((_ground, path) => {
      const name = unique('p');
      const details = { permission: name, bit: expect.any(Number), description: 'd' };
      return Promise.resolve({
        path: `${path}/permissions`,
        json: { name, description: 'd' },
        events: [{ type: 'permission.created', target: { kind: 'permission', id: name }, details }],
      });
    }),
    [`PATCH ${pattern}/permissions/{name}`]: prepare(async (ground, path, api) => {
      const name = await ground.permission(api);
      const renamed = unique('p');
      return {
        path: `${path}/permissions/${name}`,
        json: { name: renamed },
        events: [{ type: 'permission.updated', details: changeOf('name', name, renamed) }],
      };
    }),
    [`DELETE ${pattern}/permissions/{name}`]: prepare(async (ground, path, api) => {
      const name = await ground.permission(api);
      const details = { permission: name, taken_from_roles: 0 };
      return { path: `${path}/permissions/${name}`, events: [{ type: 'permission.deleted', details }] };
    }),
    [`POST ${pattern}/roles`]: prepare((_ground, path) => {
      const name = unique('role');
      const details = { role: name, permissions: [], description: null };
      return Promise.resolve({
        path: `${path}/roles`,
        json: { name, permissions: [] },
        events: [{ type: 'role.created', target: { kind: 'role' }, details }],
      });
    }),
  };
};

/** What changes of roles, permissions and who holds them must tell the log. */
export const ROLE_CHANGING_ROUTES: Readonly<Record<string, Prepare>> = {
  'PATCH /realms/{realm}/users/{id}/roles': async (ground) => {
    const subject_id = await ground.userOf(await ground.client());
    const role = await ground.role();
    return {
      path: `${ground.base}/users/${subject_id}/roles`,
      json: { add: [role.id] },
      realm: ground.realm,
      events: [
        { type: 'role.assigned', target: { kind: 'role', id: role.id }, subject_id, details: { role: role.name } },
      ],
    };
  },
  'POST /realms/{realm}/users/{id}/roles/{roleId}': async (ground) => {
    const subject_id = await ground.userOf(await ground.client());
    const role = await ground.role();
    return {
      path: `${ground.base}/users/${subject_id}/roles/${role.id}`,
      realm: ground.realm,
      events: [
        { type: 'role.assigned', target: { kind: 'role', id: role.id }, subject_id, details: { role: role.name } },
      ],
    };
  },
  'DELETE /realms/{realm}/users/{id}/roles/{roleId}': async (ground) => {
    const subject_id = await ground.userOf(await ground.client());
    const role = await ground.role();
    const path = `${ground.base}/users/${subject_id}/roles/${role.id}`;
    await ground.admin.done('POST', path);
    return {
      path,
      realm: ground.realm,
      events: [
        { type: 'role.unassigned', target: { kind: 'role', id: role.id }, subject_id, details: { role: role.name } },
      ],
    };
  },
  'PATCH /realms/{realm}/roles/{id}/subjects': async (ground) => {
    const subject_id = await ground.userOf(await ground.client());
    const role = await ground.role();
    return {
      path: `${ground.base}/roles/${role.id}/subjects`,
      json: { add: [subject_id] },
      realm: ground.realm,
      events: [{ type: 'role.assigned', target: { kind: 'role', id: role.id }, subject_id }],
    };
  },
  'PUT /realms/{realm}/roles/{id}': async (ground) => {
    const role = await ground.role();
    const name = unique('role');
    return {
      path: `${ground.base}/roles/${role.id}`,
      json: { name },
      realm: ground.realm,
      events: [
        { type: 'role.updated', target: { kind: 'role', id: role.id }, details: changeOf('name', role.name, name) },
      ],
    };
  },
  'PATCH /realms/{realm}/roles/{id}/permissions': async (ground) => {
    const role = await ground.role();
    return {
      path: `${ground.base}/roles/${role.id}/permissions`,
      json: { permissions: [] },
      realm: ground.realm,
      events: [{ type: 'role.updated', details: changeOf('permissions', ['view_realm'], []) }],
    };
  },
  'DELETE /realms/{realm}/roles/{id}': async (ground) => {
    const role = await ground.role();
    const details = { role: role.name, permissions: ['view_realm'], holders: 0 };
    return {
      path: `${ground.base}/roles/${role.id}`,
      realm: ground.realm,
      events: [{ type: 'role.deleted', target: { kind: 'role', id: role.id }, details }],
    };
  },
  ...scopeRoutes('realm'),
  ...scopeRoutes('client'),
};
