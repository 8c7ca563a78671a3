import { beforeEach, describe, expect, it } from '@jest/globals';
import { deadlineNow } from '#messaging';
import { BUILT_IN_PERMISSIONS } from '#contracts';
import { v7 as uuidv7 } from 'uuid';
import { buildRole, buildScope } from '../testing/build-role.js';
import { InMemoryRoleStore } from '../testing/in-memory-role-store.js';
import { administrator, RolesHarness } from '../testing/roles-harness.js';

const EVERYTHING = BUILT_IN_PERMISSIONS.map(({ name }) => name);

describe('assignments', () => {
  let store: InMemoryRoleStore;
  let roles: RolesHarness;
  let realmId: string;
  let admin: string;
  let viewer: string;
  let subjectId: string;

  beforeEach(async () => {
    store = new InMemoryRoleStore();
    roles = new RolesHarness(store);
    ({ realmId, admin, viewer } = await roles.realm());
    roles.snapshots.published.length = 0;
    subjectId = uuidv7();
  });

  describe('assign', () => {
    it('gives the role, publishes the new state and records who did it', async () => {
      const actor = administrator(EVERYTHING);
      await roles.assign(realmId, subjectId, viewer, actor);
      expect(await roles.held(realmId, subjectId)).toEqual([viewer]);
      expect(roles.snapshots.published).toEqual([
        expect.objectContaining({
          key: `${realmId}/${subjectId}`,
          value: { realmId, subjectId, roles: [{ roleId: viewer, scope: 'realm' }] },
        }),
      ]);
      expect(roles.snapshots.fenced.at(-1)?.key).toBe(`${realmId}/${subjectId}`);
      expect(store.events.at(-1)).toMatchObject({
        type: 'role.assigned',
        realm: 'acme',
        realm_id: realmId,
        actor: { kind: 'user', id: actor.id, client_id: 'admin-cli' },
        subject_id: subjectId,
        target: { kind: 'role', id: viewer },
        details: { role: 'viewer' },
        ip: '192.0.2.1',
      });
    });

    it('is not done too late: the caller may have asked for the opposite since', async () => {
      const late = { ...roles.context, deadlineAt: deadlineNow() - 1 };
      const request = { actor: administrator(EVERYTHING), realmId, realmName: 'acme', subjectId, roleId: viewer };
      await expect(roles.assignRole.execute(request, late)).rejects.toMatchObject({ code: 'deadline_exceeded' });
      expect(await roles.held(realmId, subjectId)).toBeNull();
      expect(roles.snapshots.published).toEqual([]);
    });

    it('is idempotent: the second time changes and records nothing, but publishes', async () => {
      await roles.assign(realmId, subjectId, viewer);
      await roles.assign(realmId, subjectId, viewer);
      const [first, second] = roles.snapshots.published;
      expect(second).toEqual(first);
      expect(store.events.filter(({ type }) => type === 'role.assigned')).toHaveLength(1);
    });

    it('refuses a role that holds what the actor does not, and writes nothing', async () => {
      const clerk = administrator(EVERYTHING.filter((name) => name !== 'manage_realm'));
      await expect(roles.assign(realmId, subjectId, admin, clerk)).rejects.toMatchObject({
        code: 'forbidden',
        reason: 'exceeds_actor',
      });
      expect(await roles.held(realmId, subjectId)).toBeNull();
      expect(roles.snapshots.published).toEqual([]);
      await roles.assign(realmId, subjectId, viewer, clerk);
    });

    it('refuses an escalation also when the role is held already', async () => {
      await roles.assign(realmId, subjectId, admin);
      await expect(roles.assign(realmId, subjectId, admin, administrator([]))).rejects.toMatchObject({
        code: 'forbidden',
      });
    });

    it('knows neither strangers, nor roles of other realms, nor a realm that is removed', async () => {
      roles.users.unknown.add(`${realmId}/${subjectId}`);
      await expect(roles.assign(realmId, subjectId, viewer)).rejects.toMatchObject({ reason: 'unknown_subject' });
      const other = await roles.realm('other');
      const somebody = uuidv7();
      await expect(roles.assign(realmId, somebody, other.viewer)).rejects.toMatchObject({ reason: 'unknown_role' });
      await roles.removeRealmRoles.execute({ realmId: other.realmId });
      await expect(roles.assign(other.realmId, somebody, other.viewer)).rejects.toMatchObject({ code: 'not_found' });
    });

    it("gives a client's role to whoever may manage roles and clients, and names the API in the record", async () => {
      const clientId = uuidv7();
      const role = buildRole({ realmId, clientId, name: 'clerk', mask: 1n });
      await store.transaction(async (transaction) => {
        await transaction.addScope(buildScope({ realmId, scope: clientId, audience: 'invoices' }));
        await transaction.addRole(role);
      });
      await roles.assign(realmId, subjectId, role.id, administrator(['manage_roles', 'manage_clients']));
      expect(roles.snapshots.published.at(-1)?.value).toMatchObject({ roles: [{ roleId: role.id, scope: clientId }] });
      expect(store.events.at(-1)).toMatchObject({ client_id: 'invoices' });
    });
  });

  describe('unassign', () => {
    it('takes the role and publishes a newer state without it', async () => {
      await roles.assign(realmId, subjectId, viewer);
      await roles.unassign(realmId, subjectId, viewer);
      const [before, after] = roles.snapshots.published;
      expect(after?.value).toEqual({ realmId, subjectId, roles: [] });
      expect(after?.version).toBeGreaterThan(before?.version ?? 0);
      expect(await roles.held(realmId, subjectId)).toEqual([]);
      expect(store.events.at(-1)).toMatchObject({ type: 'role.unassigned', subject_id: subjectId });
    });

    it('refuses to take what is not held', async () => {
      await expect(roles.unassign(realmId, subjectId, viewer)).rejects.toMatchObject({
        code: 'not_found',
        reason: 'not_assigned',
      });
      expect(roles.snapshots.published).toEqual([]);
    });

    it('counts only who can sign in as an administrator of master', async () => {
      const master = await roles.realm('master');
      const [disabled, service] = [uuidv7(), uuidv7()];
      for (const one of [subjectId, disabled, service]) await roles.assign(master.realmId, one, master.admin);
      for (const one of [disabled, service]) roles.users.shutOut.add(`${master.realmId}/${one}`);
      const last = { code: 'conflict', reason: 'last_administrator' };
      await expect(roles.unassign(master.realmId, subjectId, master.admin)).rejects.toMatchObject(last);
      await roles.unassign(master.realmId, disabled, master.admin);
      roles.users.shutOut.delete(`${master.realmId}/${service}`);
      await roles.unassign(master.realmId, subjectId, master.admin);
    });

    it('leaves master its last administrator, and no other realm', async () => {
      const master = await roles.realm('master');
      const second = uuidv7();
      await roles.assign(master.realmId, subjectId, master.admin);
      await roles.assign(master.realmId, subjectId, master.viewer);
      await roles.assign(master.realmId, second, master.admin);
      await roles.unassign(master.realmId, subjectId, master.admin);
      await roles.unassign(master.realmId, subjectId, master.viewer);
      await expect(roles.unassign(master.realmId, second, master.admin)).rejects.toMatchObject({
        code: 'conflict',
        reason: 'last_administrator',
      });
      await roles.assign(realmId, subjectId, admin);
      await roles.unassign(realmId, subjectId, admin);
    });

    it('believes its own record of the realm, not the name in the message', async () => {
      const master = await roles.realm('master');
      await roles.assign(master.realmId, subjectId, master.admin);
      // The harness says another realm's name in every message.
      await expect(roles.unassign(master.realmId, subjectId, master.admin)).rejects.toMatchObject({ code: 'conflict' });
    });
  });

  describe('ensure', () => {
    it('gives a role of the realm once, by the system', async () => {
      await roles.ensure(realmId, subjectId, 'admin');
      await roles.ensure(realmId, subjectId, 'admin');
      expect(await roles.held(realmId, subjectId)).toEqual([admin]);
      const events = store.events.filter(({ type }) => type === 'role.assigned');
      expect(events).toHaveLength(1);
      expect(events[0]?.actor).toEqual({ kind: 'system', id: null, client_id: null });
    });

    it('does not give again what an administrator has taken away', async () => {
      await roles.ensure(realmId, subjectId, 'admin');
      await roles.unassign(realmId, subjectId, admin);
      await roles.ensure(realmId, subjectId, 'admin');
      expect(await roles.held(realmId, subjectId)).toEqual([]);
    });

    it('knows no role of a client and none that is not there', async () => {
      await expect(roles.ensure(realmId, subjectId, 'nobody')).rejects.toMatchObject({ code: 'not_found' });
      await expect(roles.ensure(uuidv7(), subjectId, 'admin')).rejects.toMatchObject({ code: 'not_found' });
    });
  });
});
