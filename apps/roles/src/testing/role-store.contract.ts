import { AppError } from '#errors';
import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { RoleStore } from '../domain/role-store.js';
import { buildRole, buildScope } from './build-role.js';
import { storeUnderTest } from './store-under-test.js';
import { describeStoredAssignments } from './stored-assignments.contract.js';
import { describeStoredRoles } from './stored-roles.contract.js';
import { describeStoredScopes } from './stored-scopes.contract.js';

/** What every adapter of the store must do. Each test uses realms of its own, so the storage need not be emptied. */
export function describeRoleStore(store: () => RoleStore): void {
  const under = storeUnderTest(store);
  const { change, realmWith } = under;

  describe('transactions', () => {
    it('keep nothing of what throws', async () => {
      const { realmId } = await realmWith();
      const failing = change(async (transaction) => {
        await transaction.addRole(buildRole({ realmId }));
        await transaction.lockSubject({ realmId, subjectId: realmId });
        throw new AppError('conflict');
      });
      await expect(failing).rejects.toMatchObject({ code: 'conflict' });
      expect((await store().listRoles({ realmId, scope: 'realm' }, { limit: 10, cursor: null })).total).toBe(0);
      expect((await store().readSubjects([{ realmId, subjectId: realmId }]))[0]?.version).toBe(0);
    });

    it('give growing versions', async () => {
      const [first, second] = await change(async (transaction) => [
        await transaction.nextVersion(),
        await transaction.nextVersion(),
      ]);
      const third = await change((transaction) => transaction.nextVersion());
      expect(second).toBeGreaterThan(first ?? 0);
      expect(third).toBeGreaterThan(second ?? 0);
    });
  });

  describe('many at once', () => {
    it('subjects are locked ascending, made when missing, and get growing versions', async () => {
      const { realmId } = await realmWith();
      const ids = [uuidv7(), uuidv7(), uuidv7()].toSorted();
      const locked = await change((transaction) => transaction.lockSubjects(realmId, [...ids, ...ids].toReversed()));
      expect(locked).toMatchObject(ids.map((subjectId) => ({ realmId, subjectId, version: 0, removed: false })));
      const alone = await change((transaction) => transaction.lockSubject({ realmId, subjectId: ids[0] ?? '' }));
      expect(locked[0]).toEqual(alone);
      const versions = await change((transaction) => transaction.stampSubjects(realmId, ids));
      expect([...versions.keys()].toSorted()).toEqual(ids);
      const read = await store().readSubjects(ids.map((subjectId) => ({ realmId, subjectId })));
      expect(read.map(({ version }) => version)).toEqual(ids.map((id) => versions.get(id)));
      expect(Math.min(...versions.values())).toBeGreaterThan(0);
      expect(await change((transaction) => transaction.lockSubjects(realmId, []))).toEqual([]);
    });

    it('scopes, permissions, roles and assignments are added; holders are found by role, or all of them', async () => {
      const { realmId } = await realmWith({ name: 'held' });
      const clients = [uuidv7(), uuidv7()];
      const subjects = [uuidv7(), uuidv7()].toSorted();
      const made = clients.map((clientId) => buildRole({ realmId, clientId, name: 'reader' }));
      const stamps = await change(async (transaction) => {
        await transaction.addScopes(
          clients.map((scope) => buildScope({ realmId, scope, audience: 'api', version: 0 })),
        );
        await transaction.addScopes(clients.map((scope) => buildScope({ realmId, scope, audience: 'other' })));
        const permission = { bit: 3, name: 'a', description: null, version: 7 };
        const retired = { realmId, scope: clients[0] ?? '' };
        await transaction.addPermission(retired, { ...permission, name: 'old' });
        await transaction.retirePermission(retired, 3, new Date(0));
        await transaction.addPermissions(clients.map((scope) => ({ realmId, scope, ...permission })));
        await transaction.addRoles(made);
        await transaction.lockSubjects(realmId, subjects);
        const pairs = subjects.map((subjectId, index) => ({ subjectId, roleId: made[index]?.id ?? '' }));
        await transaction.assignAll(realmId, pairs, new Date(0));
        return transaction.stampScopes(realmId, clients);
      });
      const read = await store().readScopes(clients.map((scope) => ({ realmId, scope })));
      expect(read.map((state) => [state?.scope.audience, state?.scope.version])).toEqual(
        clients.map((scope) => ['api', stamps.get(scope)]),
      );
      expect(read.map((state) => state?.permissions.map(({ name }) => name))).toEqual([['a'], ['a']]);
      expect(read.flatMap((state) => state?.roles)).toEqual(made);
      expect(await store().holdersOf(realmId, [made[0]?.id ?? ''], 10)).toEqual([subjects[0]]);
      expect(await store().holdersOf(realmId, null, 10)).toEqual(subjects);
      expect(await store().holdersOf(realmId, null, 1)).toEqual(subjects.slice(0, 1));
      expect(await store().holdersOf(uuidv7(), null, 10)).toEqual([]);
    });

    it('retired bits are told scope by scope', async () => {
      const { realmId } = await realmWith();
      const address = { realmId, scope: 'realm' };
      await change(async (transaction) => {
        await transaction.addPermission(address, { bit: 40, name: 'a', description: null, version: 7 });
        await transaction.retirePermission(address, 40, new Date(1_000));
      });
      const other = { realmId, scope: uuidv7() };
      expect(await store().retiredIn([other, address])).toEqual([[], [{ bit: 40, retiredAt: new Date(1_000) }]]);
    });

    it('versions grow', async () => {
      const versions = await change((transaction) => transaction.nextVersions(3));
      expect(versions).toHaveLength(3);
      expect(versions).toEqual(versions.toSorted((left, right) => left - right));
      expect(new Set(versions).size).toBe(3);
      expect(await change((transaction) => transaction.nextVersions(0))).toEqual([]);
    });
  });

  describeStoredScopes(under);
  describeStoredAssignments(under);
  describeStoredRoles(under);
}
