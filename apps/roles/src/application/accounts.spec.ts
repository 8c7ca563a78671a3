import { beforeEach, describe, expect, it } from '@jest/globals';
import { BUILT_IN_PERMISSIONS } from '#contracts';
import { v7 as uuidv7 } from 'uuid';
import { AdministrationHarness } from '../testing/administration-harness.js';
import { InMemoryRoleStore } from '../testing/in-memory-role-store.js';
import { administrator, SYSTEM } from '../testing/roles-harness.js';

const LAST = { code: 'conflict', reason: 'last_administrator' };

describe('accounts', () => {
  let store: InMemoryRoleStore;
  let roles: AdministrationHarness;
  let subjectId: string;

  beforeEach(() => {
    store = new InMemoryRoleStore();
    roles = new AdministrationHarness(store);
    subjectId = uuidv7();
  });

  describe('are guarded', () => {
    const client = { id: uuidv7(), clientId: 'invoices' };
    const guard = (realmId: string, permissions: readonly string[]) =>
      roles.guardAccount.execute({ actor: administrator(permissions), realmId, subjectId });
    const refused = { code: 'forbidden', reason: 'exceeds_actor' };

    it('by each permission of the administration that they hold', async () => {
      const { realmId, viewer } = await roles.realm();
      await roles.assign(realmId, subjectId, viewer);
      const held = BUILT_IN_PERMISSIONS.map(({ name }) => name).filter((name) => /^(view|query)_/.test(name));
      await guard(realmId, held);
      for (const lacking of held) {
        const others = held.filter((name) => name !== lacking);
        await expect(guard(realmId, others)).rejects.toMatchObject(refused);
      }
    });

    it("by the realm's own permissions, which need manage_realm", async () => {
      const { realmId } = await roles.realm();
      await roles.permission({ realmId }, 'reports:read');
      const { id } = await roles.role({ realmId }, 'reader', ['reports:read']);
      await roles.assign(realmId, subjectId, id);
      await expect(guard(realmId, ['manage_users', 'manage_clients'])).rejects.toMatchObject(refused);
      await guard(realmId, ['manage_realm']);
    });

    it("not by what they may do at a client's API", async () => {
      const { realmId } = await roles.realm();
      await roles.permission({ realmId, client }, 'invoices:write');
      const { id } = await roles.role({ realmId, client }, 'writer', ['invoices:write']);
      await roles.assign(realmId, subjectId, id);
      await guard(realmId, []);
    });

    it('not when they hold nothing, nor from the product itself', async () => {
      const { realmId, admin } = await roles.realm();
      await guard(realmId, []);
      await roles.assign(realmId, subjectId, admin);
      await roles.guardAccount.execute({ actor: SYSTEM, realmId, subjectId });
      await guard(uuidv7(), []);
    });
  });

  describe('are withdrawn', () => {
    const withdraw = (realmId: string, id: string) =>
      roles.withdrawAdministrator.execute({ realmId, subjectId: id }, roles.context);

    it('from master only while another administrator can sign in', async () => {
      const { realmId, admin } = await roles.realm('master');
      const second = uuidv7();
      await roles.assign(realmId, subjectId, admin);
      await expect(withdraw(realmId, subjectId)).rejects.toMatchObject(LAST);
      await roles.assign(realmId, second, admin);
      roles.users.shutOut.add(`${realmId}/${second}`);
      await expect(withdraw(realmId, subjectId)).rejects.toMatchObject(LAST);
      roles.users.shutOut.clear();
      await withdraw(realmId, subjectId);
      await withdraw(realmId, subjectId);
    });

    it('and do not count for others then, for a while, though they are still seen', async () => {
      const { realmId, admin } = await roles.realm('master');
      const second = uuidv7();
      for (const one of [subjectId, second]) await roles.assign(realmId, one, admin);
      await withdraw(realmId, subjectId);
      await expect(withdraw(realmId, second)).rejects.toMatchObject(LAST);
      await expect(roles.unassign(realmId, second, admin)).rejects.toMatchObject(LAST);
      await roles.unassign(realmId, subjectId, admin);
      await roles.assign(realmId, subjectId, admin);
      roles.clock.advance(31_000);
      await withdraw(realmId, second);
    });

    it('even before they become administrators', async () => {
      const { realmId, admin } = await roles.realm('master');
      const second = uuidv7();
      await roles.assign(realmId, second, admin);
      await withdraw(realmId, subjectId);
      await roles.assign(realmId, subjectId, admin);
      await expect(withdraw(realmId, second)).rejects.toMatchObject(LAST);
    });

    it('of several at once all but one', async () => {
      const { realmId, admin } = await roles.realm('master');
      const all = Array.from({ length: 5 }, () => uuidv7());
      for (const one of all) await roles.assign(realmId, one, admin);
      const outcomes = await Promise.allSettled(all.map((one) => withdraw(realmId, one)));
      expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    });

    it('freely from any other realm', async () => {
      const { realmId, admin } = await roles.realm('acme');
      await roles.assign(realmId, subjectId, admin);
      await withdraw(realmId, subjectId);
      await roles.unassign(realmId, subjectId, admin);
    });
  });

  // Whichever comes first in the order of ids.
  it.each([
    ['0', 'f'],
    ['f', '0'],
  ])('hand administration over in one change, all or none (%s to %s)', async (from, to) => {
    const { realmId, admin } = await roles.realm('master');
    const [old = '', next = ''] = [from, to].map((digit) => digit.repeat(8) + uuidv7().slice(8));
    const pairs = (subjectIds: readonly string[]) => subjectIds.map((one) => ({ subjectId: one, roleId: admin }));
    const change = (add: readonly string[], remove: readonly string[]) =>
      roles.changeManyAssignments.execute(
        { actor: SYSTEM, realmId, realmName: 'said', add: pairs(add), remove: pairs(remove) },
        roles.context,
      );
    await roles.assign(realmId, old, admin);
    await expect(change([], [old])).rejects.toMatchObject(LAST);
    roles.users.shutOut.add(`${realmId}/${next}`);
    await expect(change([next], [old])).rejects.toMatchObject(LAST);
    expect(await roles.held(realmId, next)).toBeNull();
    roles.users.shutOut.clear();
    await change([next], [old]);
    expect([await roles.held(realmId, old), await roles.held(realmId, next)]).toEqual([[], [admin]]);
    await roles.assign(realmId, old, admin);
    await expect(change([], [old, next])).rejects.toMatchObject(LAST);
    expect(await roles.held(realmId, old)).toEqual([admin]);
  });

  describe('are removed', () => {
    const remove = (realmId: string) => roles.removeSubjectRoles.execute({ realmId, subjectId }, roles.context);

    it('with all their roles, on record, once', async () => {
      const { realmId, admin, viewer } = await roles.realm();
      for (const role of [admin, viewer]) await roles.assign(realmId, subjectId, role);
      await remove(realmId);
      await remove(realmId);
      expect(await roles.held(realmId, subjectId)).toEqual([]);
      const taken = store.events.filter(({ type }) => type === 'role.unassigned');
      expect(taken).toHaveLength(2);
      expect(taken[0]).toMatchObject({ actor: { kind: 'system' }, details: { cause: 'user_deleted' } });
    });

    it('and get nothing any more, from whoever still saw them', async () => {
      const { realmId, viewer } = await roles.realm();
      await remove(realmId);
      await expect(roles.assign(realmId, subjectId, viewer)).rejects.toMatchObject({ code: 'not_found' });
      const request = { actor: SYSTEM, realmId, realmName: 'said', remove: [] };
      await expect(
        roles.changeManyAssignments.execute({ ...request, add: [{ subjectId, roleId: viewer }] }, roles.context),
      ).rejects.toMatchObject({ code: 'not_found' });
      expect(await roles.held(realmId, subjectId)).toEqual([]);
    });
  });
});
