import { beforeEach, describe, expect, it } from '@jest/globals';
import { AssignmentsSnapshot, RoleScopeSnapshot } from '#contracts';
import { Value } from '@sinclair/typebox/value';
import { v7 as uuidv7 } from 'uuid';
import { buildRole, buildScope } from '../testing/build-role.js';
import { InMemoryRoleStore } from '../testing/in-memory-role-store.js';
import { RolesHarness } from '../testing/roles-harness.js';
import { ListPermissions } from './list-permissions.js';
import { ListRoles } from './list-roles.js';
import { ListSubjectRoles } from './list-subject-roles.js';

describe('scopes', () => {
  let store: InMemoryRoleStore;
  let roles: RolesHarness;

  beforeEach(() => {
    store = new InMemoryRoleStore();
    roles = new RolesHarness(store);
  });

  const clientWith = async (realmId: string): Promise<{ clientId: string; roleId: string }> => {
    const clientId = uuidv7();
    const role = buildRole({ realmId, clientId, name: 'clerk', mask: 1n });
    await store.transaction(async (transaction) => {
      await transaction.addScope(buildScope({ realmId, scope: clientId, audience: 'invoices' }));
      await transaction.addPermission(
        { realmId, scope: clientId },
        { bit: 0, name: 'read', description: null, version: 7 },
      );
      await transaction.addRole(role);
    });
    return { clientId, roleId: role.id };
  };

  describe('provision', () => {
    it('makes the built-in roles, records each, and publishes the scope as the contract says', async () => {
      const { realmId } = await roles.realm();
      const [snapshot] = roles.snapshots.published;
      expect(snapshot?.key).toBe(`${realmId}/realm`);
      expect(snapshot?.value).toMatchObject({
        audience: 'realm-management',
        roles: [{ name: 'admin', mask: String(2 ** 27 - 1) }, { name: 'viewer' }],
      });
      expect(Value.Check(RoleScopeSnapshot.value, snapshot?.value)).toBe(true);
      expect(store.events.map(({ type, realm, details }) => [type, realm, details['role']])).toEqual([
        ['role.created', 'acme', 'admin'],
        ['role.created', 'acme', 'viewer'],
      ]);
    });

    it('is idempotent, and publishes the same state again', async () => {
      const { realmId } = await roles.realm();
      await roles.realm('acme', realmId);
      const [first, second] = roles.snapshots.published;
      expect(second).toEqual(first);
      expect(store.events).toHaveLength(2);
    });

    it('loads what it has published', async () => {
      const { realmId } = await roles.realm();
      const [loaded] = await roles.loadRoleScopes.execute([`${realmId}/realm`]);
      const [published] = roles.snapshots.published;
      expect(loaded).toEqual({ key: published?.key, version: published?.version, value: published?.value });
    });

    it('does not bring a removed realm back', async () => {
      const { realmId } = await roles.realm();
      await roles.removeRealmRoles.execute({ realmId });
      await expect(roles.realm('acme', realmId)).rejects.toMatchObject({ code: 'conflict' });
    });
  });

  describe('remove a realm', () => {
    it('publishes the absence of every scope with a newer version, and keeps nothing', async () => {
      const { realmId, viewer } = await roles.realm();
      const { clientId } = await clientWith(realmId);
      const subjectId = uuidv7();
      await roles.assign(realmId, subjectId, viewer);
      const before = await roles.loadRoleScopes.execute([`${realmId}/realm`, `${realmId}/${clientId}`]);
      roles.snapshots.published.length = 0;
      await roles.removeRealmRoles.execute({ realmId });
      expect(roles.snapshots.published.map(({ key, value }) => [key, value])).toEqual([
        [`${realmId}/realm`, null],
        [`${realmId}/${clientId}`, null],
      ]);
      roles.snapshots.published.forEach(({ version }, index) => {
        expect(version).toBeGreaterThan(before[index]?.version ?? 0);
      });
      expect(await roles.held(realmId, subjectId)).toBeNull();
      expect((await store.listRoles({ realmId, scope: 'realm' }, { limit: 1, cursor: null })).total).toBe(0);
    });

    it('is idempotent, also for a realm that never was', async () => {
      const { realmId } = await roles.realm();
      await roles.removeRealmRoles.execute({ realmId });
      const removed = roles.snapshots.published.at(-1);
      await roles.removeRealmRoles.execute({ realmId });
      expect(roles.snapshots.published.at(-1)).toEqual(removed);
      const never = uuidv7();
      await roles.removeRealmRoles.execute({ realmId: never });
      expect(roles.snapshots.published.at(-1)).toMatchObject({ key: `${never}/realm`, version: 0, value: null });
    });
  });

  describe('remove a client', () => {
    it("takes the client's roles from everybody, and everything from its service account", async () => {
      const { realmId, viewer } = await roles.realm();
      const { clientId, roleId } = await clientWith(realmId);
      const [account, holder, bystander] = [uuidv7(), uuidv7(), uuidv7()];
      await roles.assign(realmId, account, viewer);
      await roles.assign(realmId, holder, roleId);
      await roles.assign(realmId, holder, viewer);
      await roles.assign(realmId, bystander, viewer);
      await roles.removeClientRoles.execute({ realmId, clientId, serviceAccountUserId: account }, roles.context);

      expect(await roles.held(realmId, account)).toEqual([]);
      expect(await roles.held(realmId, holder)).toEqual([viewer]);
      expect(await roles.held(realmId, bystander)).toEqual([viewer]);
      expect(await roles.loadRoleScopes.execute([`${realmId}/${clientId}`])).toMatchObject([{ value: null }]);
      const taken = store.events.filter(({ type }) => type === 'role.unassigned');
      expect(taken.map((event) => [event.subject_id, event.client_id, event.details])).toEqual([
        [holder, 'invoices', { scope: clientId, role: 'clerk', cause: 'client_deleted' }],
        [account, null, { scope: 'realm', role: 'viewer', cause: 'client_deleted' }],
      ]);
      await expect(roles.assign(realmId, bystander, roleId)).rejects.toMatchObject({ code: 'not_found' });
    });

    it('is idempotent, also for a client without roles', async () => {
      const { realmId, viewer } = await roles.realm();
      const [clientId, account] = [uuidv7(), uuidv7()];
      await roles.assign(realmId, account, viewer);
      const request = { realmId, clientId, serviceAccountUserId: account };
      await roles.removeClientRoles.execute(request, roles.context);
      const events = store.events.length;
      const published = roles.snapshots.published.at(-1);
      await roles.removeClientRoles.execute(request, roles.context);
      expect(store.events).toHaveLength(events);
      expect(roles.snapshots.published.at(-1)).toEqual(published);
      await roles.removeClientRoles.execute({ ...request, serviceAccountUserId: null }, roles.context);
    });
  });

  describe('load', () => {
    it('ends what the roles of many deleted clients grant, and leaves the rest to be cleared away', async () => {
      const { realmId } = await roles.realm();
      const { clientId, roleId } = await clientWith(realmId);
      const { clientId: kept } = await clientWith(realmId);
      const others = Array.from({ length: 250 }, () => uuidv7());
      roles.snapshots.published.length = 0;
      const request = { realmId, clientIds: [...others, clientId] };
      await roles.retireClientRoles.execute(request, roles.context);
      expect(roles.snapshots.published).toEqual([
        expect.objectContaining({ key: `${realmId}/${clientId}`, value: null, contract: RoleScopeSnapshot }),
      ]);
      expect(await store.findRole(realmId, roleId)).not.toBeNull();
      const [gone, there, never] = await store.readScopes(
        [clientId, kept, others[0] ?? ''].map((scope) => ({ realmId, scope })),
      );
      expect([gone?.scope.removed, there?.scope.removed, never]).toEqual([true, false, null]);
      await roles.retireClientRoles.execute(request, roles.context);
      expect(roles.snapshots.published).toHaveLength(1);
    });

    it('answers one to one, in order, with duplicates, and absence for keys that name nothing', async () => {
      const { realmId, viewer } = await roles.realm();
      const subjectId = uuidv7();
      await roles.assign(realmId, subjectId, viewer);
      const keys = ['nonsense', `${realmId}/${subjectId}`, `${realmId}/${uuidv7()}`, `${realmId}/${subjectId}`];
      const loaded = await roles.loadAssignments.execute(keys);
      expect(loaded.map(({ key }) => key)).toEqual(keys);
      expect(loaded.map(({ value }) => value === null)).toEqual([true, false, true, false]);
      expect(loaded[0]).toEqual({ key: 'nonsense', version: 0, value: null });
      const published = roles.snapshots.published.at(-1);
      expect(loaded[1]).toMatchObject({ version: published?.version, value: published?.value });
      expect(Value.Check(AssignmentsSnapshot.value, loaded[1]?.value)).toBe(true);
      expect(await roles.loadRoleScopes.execute(['nonsense'])).toEqual([{ key: 'nonsense', version: 0, value: null }]);
    });
  });

  describe('lists', () => {
    it('name the permissions of roles by the catalogue of their scope', async () => {
      const { realmId, viewer } = await roles.realm();
      const { roleId } = await clientWith(realmId);
      const subjectId = uuidv7();
      await roles.assign(realmId, subjectId, viewer);
      await roles.assign(realmId, subjectId, roleId);
      const held = await new ListSubjectRoles(store).execute({ realmId, subjectId });
      expect(held.map(({ name, permissionNames }) => [name, permissionNames.length])).toEqual([
        ['clerk', 1],
        ['viewer', 16],
      ]);
      expect(held[0]?.permissionNames).toEqual(['read']);
      const page = { limit: 10, cursor: null };
      const listed = await new ListRoles(store).execute({ realmId, page, search: 'adm' });
      expect(listed.roles.map(({ name, permissionNames }) => [name, permissionNames.length])).toEqual([['admin', 27]]);
      expect(listed.total).toBe(1);
    });

    it('show the catalogue with the reserved permissions marked', async () => {
      const { realmId } = await roles.realm();
      const permissions = await new ListPermissions(store).execute({ realmId });
      expect(permissions).toHaveLength(27);
      expect(permissions.find(({ name }) => name === 'manage_client_scopes')).toMatchObject({
        builtIn: true,
        reserved: true,
      });
    });
  });
});
