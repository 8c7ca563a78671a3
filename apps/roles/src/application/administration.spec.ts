import { beforeEach, describe, expect, it } from '@jest/globals';
import { BUILT_IN_PERMISSIONS, RoleScopeSnapshot } from '#contracts';
import { Value } from '@sinclair/typebox/value';
import { v7 as uuidv7 } from 'uuid';
import { LONGEST_TOKEN_LIFETIME_SECONDS } from '../domain/catalogue-policy.js';
import { AdministrationHarness } from '../testing/administration-harness.js';
import { InMemoryRoleStore } from '../testing/in-memory-role-store.js';
import { administrator } from '../testing/roles-harness.js';

const ALL = BUILT_IN_PERMISSIONS.map(({ name }) => name);
const refused = (call: Promise<unknown>, code: string) => expect(call).rejects.toMatchObject({ code });

describe('administration of roles', () => {
  let store: InMemoryRoleStore;
  let roles: AdministrationHarness;
  let realmId: string;
  let adminRole: string;
  let viewerRole: string;

  beforeEach(async () => {
    store = new InMemoryRoleStore();
    roles = new AdministrationHarness(store);
    ({ realmId, admin: adminRole, viewer: viewerRole } = await roles.realm());
  });

  const api = () => ({ realmId, client: { id: uuidv7(), clientId: 'billing' } });
  const published = () => roles.snapshots.published.at(-1)?.value as { permissions: unknown[]; roles: unknown[] };
  const types = () => store.events.slice(2).map(({ type }) => type);

  describe('catalogues', () => {
    it('give the lowest free bit: from 32 in a realm, from 0 in a client', async () => {
      const client = api();
      expect([await roles.permission({ realmId }, 'a'), await roles.permission({ realmId }, 'b')]).toEqual([32, 33]);
      expect([await roles.permission(client, 'a'), await roles.permission(client, 'b')]).toEqual([0, 1]);
      expect(roles.snapshots.published.at(-1)?.value).toMatchObject({ audience: 'billing' });
      expect(Value.Check(RoleScopeSnapshot.value, published())).toBe(true);
      expect(types()).toEqual(['permission.created', 'permission.created', 'permission.created', 'permission.created']);
      expect(store.events.at(-1)).toMatchObject({ realm: 'said', client_id: 'billing', target: { id: 'b' } });
    });

    it('hold 31 own permissions in a realm, 63 in a client, and say so', async () => {
      const client = api();
      for (const [place, room] of [
        [{ realmId }, 31],
        [client, 63],
      ] as const) {
        for (let index = 0; index < room; index += 1) await roles.permission(place, `p${index}`);
        await expect(roles.permission(place, 'one-more')).rejects.toMatchObject({
          code: 'conflict',
          detail: expect.stringContaining(`${room} permissions`),
        });
      }
    });

    it('do not use a freed bit again while a token could still carry it', async () => {
      for (let index = 0; index < 31; index += 1) await roles.permission({ realmId }, `p${index}`);
      await roles.dropPermission({ realmId }, 'p7');
      await expect(roles.permission({ realmId }, 'next')).rejects.toMatchObject({
        code: 'conflict',
        detail: expect.stringContaining('2027-01-02T03:04:05.678Z'),
      });
      roles.clock.advance(LONGEST_TOKEN_LIFETIME_SECONDS * 1_000);
      expect(await roles.permission({ realmId }, 'p7')).toBe(39);
      await refused(roles.permission({ realmId }, 'full'), 'conflict');
    });

    it.each(['manage_realm', 'openid', 'offline_access'])('refuse the name %s, in clients too', async (name) => {
      for (const place of [{ realmId }, api()]) await refused(roles.permission(place, name), 'validation_failed');
    });

    it('rename without touching who holds what', async () => {
      await roles.permission({ realmId }, 'old');
      await roles.permission({ realmId }, 'taken');
      const role = await roles.role({ realmId }, 'clerk', ['old']);
      const other = await roles.role({ realmId }, 'other', ['taken']);
      const rename = (name: string, to: object) =>
        roles.updatePermission.execute(
          { actor: administrator(ALL), realmId, realmName: 'said', clientId: null, name, changes: to },
          roles.context,
        );
      await refused(rename('old', { name: 'taken' }), 'conflict');
      await refused(rename('old', { name: 'view_realm' }), 'validation_failed');
      await refused(rename('view_realm', { name: 'x' }), 'conflict');
      await refused(rename('nothing', { name: 'x' }), 'not_found');
      expect(await rename('old', { name: 'new', description: 'd' })).toMatchObject({ bit: 32, description: 'd' });
      const renamed = await roles.readRole.execute({ realmId, id: role.id });
      expect(renamed.permissionNames).toEqual(['new']);
      // It is shown differently now, so whoever read it before has read another one.
      expect(renamed.version).toBeGreaterThan(role.version);
      expect((await roles.readRole.execute({ realmId, id: other.id })).version).toBe(other.version);
      const events = store.events.length;
      await rename('new', { name: 'new' });
      expect(store.events).toHaveLength(events);
    });

    it('keep a permission that roles hold, naming them, unless forced', async () => {
      await roles.permission({ realmId }, 'p');
      const role = await roles.role({ realmId }, 'clerk', ['p', 'view_realm']);
      await expect(roles.dropPermission({ realmId }, 'p')).rejects.toMatchObject({
        code: 'conflict',
        detail: expect.stringContaining('clerk'),
        fields: [{ message: 'clerk' }],
      });
      await roles.dropPermission({ realmId }, 'p', true);
      const after = await roles.readRole.execute({ realmId, id: role.id });
      expect(after.permissionNames).toEqual(['view_realm']);
      expect(after.version).toBeGreaterThan(role.version);
      expect(types().slice(-2)).toEqual(['role.updated', 'permission.deleted']);
      await refused(roles.dropPermission({ realmId }, 'p'), 'not_found');
      await refused(roles.dropPermission({ realmId }, 'view_realm', true), 'conflict');
    });

    it('are changed only by those who manage the API', async () => {
      const client = api();
      const clerk = administrator(['manage_roles', 'manage_clients']);
      const owner = administrator(['manage_roles', 'manage_realm']);
      await refused(roles.permission({ realmId }, 'p', clerk), 'forbidden');
      await refused(roles.permission(client, 'p', owner), 'forbidden');
      await roles.permission({ realmId }, 'p', owner);
      await roles.permission(client, 'p', clerk);
      await refused(roles.dropPermission({ realmId }, 'p', true, clerk), 'forbidden');
      await refused(roles.dropPermission(client, 'p', true, owner), 'forbidden');
    });
  });

  describe('roles', () => {
    it('are made with permissions of their own scope only', async () => {
      const client = api();
      await roles.permission(client, 'invoices:read');
      expect(await roles.role(client, 'clerk', ['invoices:read'])).toMatchObject({
        clientId: client.client.id,
        permissions: ['invoices:read'],
      });
      await expect(roles.role({ realmId }, 'x', ['view_realm', 'invoices:read'])).rejects.toMatchObject({
        code: 'validation_failed',
        fields: [{ pointer: '/permissions/1' }],
      });
      await refused(roles.role(client, 'x', ['view_realm']), 'validation_failed');
    });

    it('have a name of their own in their scope', async () => {
      const client = api();
      await roles.role({ realmId }, 'clerk', []);
      await roles.role(client, 'clerk', []);
      await refused(roles.role({ realmId }, 'clerk', []), 'conflict');
      const other = await roles.role({ realmId }, 'Clerk', []);
      await refused(roles.change(realmId, other.id, { name: 'clerk' }), 'conflict');
      await refused(roles.role({ realmId }, 'admin', []), 'conflict');
    });

    it('change what is named, add and take by name, and publish only their scope', async () => {
      const { id, version } = await roles.role({ realmId }, 'clerk', ['view_realm']);
      roles.snapshots.fenced.length = 0;
      const changed = await roles.change(realmId, id, {
        addPermissions: ['view_users'],
        removePermissions: ['view_realm'],
      });
      expect(changed).toMatchObject({ name: 'clerk', permissionNames: ['view_users'] });
      expect(roles.snapshots.fenced.map(({ key }) => key)).toEqual([`${realmId}/realm`]);
      expect(await roles.change(realmId, id, { permissions: [], name: 'x' })).toMatchObject({ permissionNames: [] });
      await refused(roles.change(realmId, id, { name: 'y' }, undefined, version), 'precondition_failed');
      await refused(roles.change(realmId, id, { addPermissions: ['nothing'] }), 'validation_failed');
      await refused(roles.change(uuidv7(), id, { name: 'y' }), 'not_found');
      expect(store.events.at(-1)).toMatchObject({
        type: 'role.updated',
        details: { role: 'x', changes: { name: { before: 'clerk', after: 'x' }, permissions: { after: [] } } },
      });
    });

    it('go with all who hold them, without a change of anybody else’s snapshot', async () => {
      const { id, version } = await roles.role({ realmId }, 'clerk', ['view_realm']);
      const holders = [uuidv7(), uuidv7()];
      for (const subjectId of holders) await roles.assign(realmId, subjectId, id);
      await refused(roles.dropRole(realmId, id, undefined, version + 1), 'precondition_failed');
      roles.snapshots.fenced.length = 0;
      await roles.dropRole(realmId, id, undefined, version);
      expect(roles.snapshots.fenced.map(({ key }) => key)).toEqual([`${realmId}/realm`]);
      expect(published().roles).toHaveLength(2);
      expect(await roles.held(realmId, holders[0] ?? '')).toEqual([]);
      expect(store.events.at(-1)).toMatchObject({ type: 'role.deleted', details: { role: 'clerk', holders: 2 } });
      await refused(roles.readRole.execute({ realmId, id }), 'not_found');
      await refused(roles.dropRole(realmId, id), 'not_found');
    });

    it('that are built in keep name and built-in permissions, and stay', async () => {
      await roles.permission({ realmId }, 'own');
      for (const id of [adminRole, viewerRole]) {
        await refused(roles.dropRole(realmId, id), 'conflict');
        await refused(roles.change(realmId, id, { name: 'x' }), 'conflict');
        await refused(roles.change(realmId, id, { permissions: [] }), 'conflict');
        await refused(roles.change(realmId, id, { removePermissions: ['view_realm'] }), 'conflict');
        await roles.change(realmId, id, { description: 'told', addPermissions: ['own'] });
        await roles.change(realmId, id, { removePermissions: ['own'] });
      }
      await refused(roles.change(realmId, viewerRole, { addPermissions: ['manage_realm'] }), 'conflict');
    });

    it('are not made for the API of the realm itself, nor where nothing is any more', async () => {
      const management = { realmId, client: { id: uuidv7(), clientId: 'realm-management' } };
      await refused(roles.role(management, 'x', []), 'conflict');
      const client = api();
      await roles.removeClientRoles.execute(
        { realmId, clientId: client.client.id, serviceAccountUserId: null },
        roles.context,
      );
      await refused(roles.role(client, 'x', []), 'not_found');
      await roles.removeRealmRoles.execute({ realmId });
      await refused(roles.role({ realmId }, 'x', []), 'not_found');
      await refused(roles.role(api(), 'x', []), 'not_found');
    });
  });

  describe('nobody goes beyond what they hold', () => {
    const clerk = administrator(['manage_roles', 'view_realm']);

    it('in making a role', async () => {
      await roles.role({ realmId }, 'good', ['view_realm'], clerk);
      await refused(roles.role({ realmId }, 'bad', ['view_realm', 'manage_realm'], clerk), 'forbidden');
      await refused(roles.role(api(), 'bad', [], clerk), 'forbidden');
    });

    it('in editing or deleting one, before and after', async () => {
      const mine = await roles.role({ realmId }, 'mine', ['view_realm']);
      const theirs = await roles.role({ realmId }, 'theirs', ['manage_realm']);
      await refused(roles.change(realmId, mine.id, { addPermissions: ['manage_realm'] }, clerk), 'forbidden');
      await refused(roles.change(realmId, mine.id, { permissions: ['manage_realm'] }, clerk), 'forbidden');
      for (const changes of [{ permissions: [] }, { name: 'x' }, { description: 'x' }, {}]) {
        await refused(roles.change(realmId, theirs.id, changes, clerk), 'forbidden');
      }
      await refused(roles.dropRole(realmId, theirs.id, clerk), 'forbidden');
      await roles.change(realmId, mine.id, { permissions: ['manage_roles'] }, clerk);
      await roles.dropRole(realmId, mine.id, clerk);
    });

    it('in giving many', async () => {
      const subjectId = uuidv7();
      const give = (roleId: string) =>
        roles.changeManyAssignments.execute(
          { actor: clerk, realmId, realmName: 'said', add: [{ subjectId, roleId }], remove: [] },
          roles.context,
        );
      await refused(give(adminRole), 'forbidden');
      const mine = await roles.role({ realmId }, 'mine', ['view_realm']);
      await give(mine.id);
      expect(await roles.held(realmId, subjectId)).toEqual([mine.id]);
    });
  });

  describe('many assignments', () => {
    const many = (add: [string, string][], remove: [string, string][] = []) => {
      const pair = ([subjectId, roleId]: [string, string]) => ({ subjectId, roleId });
      const request = { actor: administrator(ALL), realmId, realmName: 'said' };
      return roles.changeManyAssignments.execute(
        { ...request, add: add.map(pair), remove: remove.map(pair) },
        roles.context,
      );
    };

    it('are given and taken together, and repeated without harm', async () => {
      const [a, b] = [uuidv7(), uuidv7()];
      await roles.assign(realmId, a, viewerRole);
      for (let times = 0; times < 2; times += 1) {
        await many(
          [
            [a, adminRole],
            [b, adminRole],
          ],
          [[a, viewerRole]],
        );
        expect([await roles.held(realmId, a), await roles.held(realmId, b)]).toEqual([[adminRole], [adminRole]]);
      }
      expect(types()).toEqual(['role.assigned', 'role.assigned', 'role.unassigned', 'role.assigned']);
      await many([]);
    });

    it('are all made or none', async () => {
      const [a, b] = [uuidv7(), uuidv7()];
      await refused(
        many([
          [a, viewerRole],
          [b, uuidv7()],
        ]),
        'not_found',
      );
      roles.users.unknown.add(`${realmId}/${b}`);
      await refused(
        many([
          [a, viewerRole],
          [b, viewerRole],
        ]),
        'not_found',
      );
      await refused(many([[a, viewerRole]], [[a, viewerRole]]), 'malformed_request');
      expect(await roles.held(realmId, a)).toBeNull();
    });

    it('leave master an administrator', async () => {
      const master = await roles.realm('master');
      const subjects = [uuidv7(), uuidv7()];
      for (const subjectId of subjects) await roles.assign(master.realmId, subjectId, master.admin);
      const remove = subjects.map((subjectId) => ({ subjectId, roleId: master.admin }));
      const request = { actor: administrator(ALL), realmId: master.realmId, realmName: 'master', add: [], remove };
      await refused(roles.changeManyAssignments.execute(request, roles.context), 'conflict');
    });
  });

  describe('explanations', () => {
    it('name each permission once, with every role that gives it, API by API', async () => {
      const client = api();
      const subjectId = uuidv7();
      await roles.permission(client, 'invoices:read');
      const reader = await roles.role(client, 'reader', ['invoices:read']);
      const clerk = await roles.role({ realmId }, 'clerk', ['view_realm']);
      for (const roleId of [reader.id, clerk.id, viewerRole]) await roles.assign(realmId, subjectId, roleId);
      const explained = await roles.explainSubject.execute({ realmId, subjectId });
      expect(explained.find(({ name }) => name === 'view_realm')).toMatchObject({
        clientId: null,
        audience: 'realm-management',
        builtIn: true,
        roles: [{ name: 'clerk' }, { name: 'viewer' }],
      });
      expect(explained.at(-1)).toMatchObject({
        name: 'invoices:read',
        clientId: client.client.id,
        audience: 'billing',
      });
      expect(await roles.explainSubject.execute({ realmId, subjectId: uuidv7() })).toEqual([]);
    });

    it('list who holds a role, with names', async () => {
      const subjects = [uuidv7(), uuidv7(), uuidv7()].sort();
      for (const subjectId of subjects) await roles.assign(realmId, subjectId, viewerRole);
      roles.users.unknown.add(`${realmId}/${subjects[1] ?? ''}`);
      const page = { limit: 2, cursor: null };
      const first = await roles.listRoleHolders.execute({ realmId, roleId: viewerRole, page }, roles.context);
      expect(first).toMatchObject({ total: 3, items: [{ subjectId: subjects[0] }, { username: null }] });
      const next = { limit: 2, cursor: first.nextCursor };
      const second = await roles.listRoleHolders.execute({ realmId, roleId: viewerRole, page: next }, roles.context);
      expect(second).toMatchObject({ nextCursor: null, items: [{ subjectId: subjects[2] }] });
      await refused(roles.listRoleHolders.execute({ realmId, roleId: uuidv7(), page }, roles.context), 'not_found');
    });
  });

  it('follows a client to its new name, in whatever order it hears of it', async () => {
    const client = api();
    await roles.permission(client, 'p');
    const rename = (clientIdentifier: string, clientVersion: number, clientId = client.client.id) =>
      roles.renameClientRoles.execute({ realmId, realmName: 'said', clientId, clientIdentifier, clientVersion });
    await rename('second', 9);
    await rename('first', 8);
    expect(roles.snapshots.published.at(-1)?.value).toMatchObject({ audience: 'second' });
    const unseen = uuidv7();
    await rename('renamed', 4, unseen);
    await roles.permission({ realmId, client: { id: unseen, clientId: 'former' } }, 'p');
    expect(roles.snapshots.published.at(-1)?.value).toMatchObject({ audience: 'renamed' });
    await roles.removeRealmRoles.execute({ realmId });
    await rename('late', 1, uuidv7());
    expect(await store.liveScopes(realmId, 10)).toEqual([]);
  });
});
