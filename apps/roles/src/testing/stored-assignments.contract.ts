import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import type { StoreUnderTest } from './store-under-test.js';

/** What every adapter of the store must do with assignments. */
export function describeStoredAssignments({ store, change, realmWith }: StoreUnderTest): void {
  describe('assignments', () => {
    it('are read with their version, ordered by role, and empty for strangers', async () => {
      const clientId = uuidv7();
      const { realmId, roles } = await realmWith({ name: 'z' }, { name: 'y', clientId });
      const address = { realmId, subjectId: uuidv7() };
      await change(async (transaction) => {
        const subject = await transaction.lockSubject(address);
        for (const role of [...roles].reverse()) await transaction.assign(address, role.id, new Date());
        await transaction.saveSubject({ ...subject, version: 5, ensuredRoleIds: [roles[0]?.id ?? ''] });
      });
      const held = [
        { roleId: roles[0]?.id, scope: 'realm', roleName: 'z' },
        { roleId: roles[1]?.id, scope: clientId, roleName: 'y' },
      ];
      const stranger = { realmId: uuidv7(), subjectId: address.subjectId };
      expect(await store().readSubjects([stranger, address])).toEqual([
        { version: 0, roles: [] },
        { version: 5, roles: held },
      ]);
      expect(await change((transaction) => transaction.heldBy(address))).toEqual(held);
      expect(await change((transaction) => transaction.lockSubject(address))).toMatchObject({
        version: 5,
        ensuredRoleIds: [roles[0]?.id],
      });
      expect((await store().rolesOf(address)).map(({ name }) => name)).toEqual(['y', 'z']);
      expect(await store().rolesOf(stranger)).toEqual([]);
    });

    it('tell who of some holds a role, and who of some is withdrawn', async () => {
      const { realmId, roles } = await realmWith({ name: 'a' });
      const roleId = roles[0]?.id ?? '';
      const [holder, withdrawn, stranger] = [uuidv7(), uuidv7(), uuidv7()];
      const until = new Date('2026-01-02T03:04:05.678Z');
      await change(async (transaction) => {
        await transaction.lockSubject({ realmId, subjectId: holder });
        await transaction.assign({ realmId, subjectId: holder }, roleId, new Date());
        const subject = await transaction.lockSubject({ realmId, subjectId: withdrawn });
        await transaction.saveSubject({ ...subject, withdrawnUntil: until, removed: true });
      });
      const all = [stranger, holder, withdrawn];
      const withdrawnAt = (at: number) =>
        change((transaction) => transaction.withdrawnAmong(realmId, all, new Date(until.getTime() + at)));
      expect(await change((transaction) => transaction.holdersAmong(realmId, roleId, all))).toEqual([holder]);
      expect(await change((transaction) => transaction.holdersAmong(realmId, roleId, []))).toEqual([]);
      expect([await withdrawnAt(-1), await withdrawnAt(0)]).toEqual([[withdrawn], []]);
      const locked = change((transaction) => transaction.lockSubject({ realmId, subjectId: withdrawn }));
      expect(await locked).toMatchObject({ withdrawnUntil: until, removed: true });
    });

    it('are counted, found by scope and taken one by one', async () => {
      const { realmId, roles } = await realmWith({ name: 'a' }, { name: 'b' });
      const [a, b] = [roles[0]?.id ?? '', roles[1]?.id ?? ''];
      const subjects = [uuidv7(), uuidv7()].sort();
      await change(async (transaction) => {
        for (const subjectId of subjects) {
          await transaction.lockSubject({ realmId, subjectId });
          await transaction.assign({ realmId, subjectId }, a, new Date());
        }
        await transaction.assign({ realmId, subjectId: subjects[0] ?? '' }, b, new Date());
      });
      const count = (roleId: string): Promise<number> =>
        change(async (transaction) => {
          await transaction.lockHolders(realmId, roleId);
          return transaction.countHolders(realmId, roleId);
        });
      expect([await count(a), await count(b)]).toEqual([2, 1]);
      expect(await store().holdersIn({ realmId, scope: 'realm' }, 10)).toEqual(subjects);
      expect(await store().holdersIn({ realmId, scope: 'realm' }, 1)).toEqual(subjects.slice(0, 1));
      await change((transaction) => transaction.unassign({ realmId, subjectId: subjects[0] ?? '' }, [a]));
      expect([await count(a), await count(b)]).toEqual([1, 1]);
    });

    it('are listed by subject in pages, with when they were made', async () => {
      const { realmId, roles } = await realmWith({ name: 'a' });
      const roleId = roles[0]?.id ?? '';
      const at = new Date('2026-01-02T03:04:05.678Z');
      const subjects = [uuidv7(), uuidv7(), uuidv7()].sort();
      await change(async (transaction) => {
        for (const subjectId of subjects) {
          await transaction.lockSubject({ realmId, subjectId });
          await transaction.assign({ realmId, subjectId }, roleId, at);
        }
      });
      const first = await store().listHolders(realmId, roleId, { limit: 2, cursor: null });
      expect(first.items).toEqual(subjects.slice(0, 2).map((subjectId) => ({ subjectId, assignedAt: at })));
      expect(first.total).toBe(3);
      const second = await store().listHolders(realmId, roleId, { limit: 2, cursor: first.nextCursor });
      expect(second).toEqual({ items: [{ subjectId: subjects[2], assignedAt: at }], nextCursor: null, total: 3 });
      expect((await store().listHolders(uuidv7(), roleId, { limit: 2, cursor: null })).total).toBe(0);
      for (const cursor of ['!', Buffer.from('["x"]').toString('base64url')]) {
        const refused = store().listHolders(realmId, roleId, { limit: 2, cursor });
        if (cursor === '!') await expect(refused).rejects.toMatchObject({ code: 'malformed_request' });
        else await refused.catch((error: unknown) => expect(error).toMatchObject({ code: 'malformed_request' }));
      }
    });

    it('tell whom a change of a role concerns, whatever else they hold', async () => {
      const mask = fc.bigInt({ min: 0n, max: 7n });
      const holding = fc.array(fc.subarray([0, 1, 2, 3]), { minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(fc.tuple(mask, mask, mask, mask), mask, holding, async (masks, proposed, holders) => {
          // The last one is a client's: it is of another API and does not count.
          const { realmId, roles } = await realmWith(
            ...masks.map((own, index) => ({
              name: `r${index}`,
              mask: own,
              ...(index === 3 ? { clientId: uuidv7() } : {}),
            })),
          );
          const subjects = holders.map(() => uuidv7()).sort();
          await change(async (transaction) => {
            for (const [index, subjectId] of subjects.entries()) {
              await transaction.lockSubject({ realmId, subjectId });
              for (const held of holders[index] ?? []) {
                await transaction.assign({ realmId, subjectId }, roles[held]?.id ?? '', new Date());
              }
            }
          });
          const expected = subjects.flatMap((subjectId, index) => {
            const held = holders[index] ?? [];
            const others = held
              .filter((one) => one === 1 || one === 2)
              .reduce((all, one) => all | (masks[one] ?? 0n), 0n);
            return held.includes(0) && (others | masks[0]) !== (others | proposed) ? [{ subjectId, others }] : [];
          });
          const [role] = roles;
          if (role === undefined) throw new Error('no role');
          const found: unknown[] = [];
          let cursor: string | null = null;
          do {
            const page = await store().listAffected(role, proposed, { limit: 2, cursor });
            expect(page.total).toBe(expected.length);
            found.push(...page.items);
            cursor = page.nextCursor;
          } while (cursor !== null);
          expect(found).toEqual(expected);
        }),
        { numRuns: 25 },
      );
    });

    it('go with the realm; other realms keep theirs', async () => {
      const realms = [await realmWith({ name: 'a' }), await realmWith({ name: 'a' })];
      const subjectId = uuidv7();
      for (const { realmId, roles } of realms) {
        await change(async (transaction) => {
          await transaction.saveSubject({ ...(await transaction.lockSubject({ realmId, subjectId })), version: 1 });
          await transaction.assign({ realmId, subjectId }, roles[0]?.id ?? '', new Date());
        });
      }
      expect(await store().nameRealm(realms[0]?.realmId ?? '', 'renamed', '', 10)).toBeNull();
      expect(await store().nameRealm(realms[0]?.realmId ?? '', 'again', 'realm', 10)).toBeNull();
      const scopes = await store().readScopes(realms.map(({ realmId }) => ({ realmId, scope: 'realm' })));
      expect(scopes.map((found) => found?.scope.realmName === 'renamed')).toEqual([true, false]);
      let portions = 0;
      while (await store().clearRealm(realms[0]?.realmId ?? '', 1)) portions += 1;
      expect(portions).toBeGreaterThan(1);
      const states = await store().readSubjects(realms.map(({ realmId }) => ({ realmId, subjectId })));
      expect(states.map(({ roles }) => roles.length)).toEqual([0, 1]);
    });
  });
}
