import { describe, expect, it } from '@jest/globals';
import { BUILT_IN_PERMISSIONS } from '#contracts';
import { AppError } from '#errors';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import type { RoleStore, RoleTransaction } from '../domain/role-store.js';
import type { Role } from '../domain/role.js';
import { buildRole, buildScope } from './build-role.js';

/** What every adapter of the store must do. Each test uses realms of its own, so the storage need not be emptied. */
export function describeRoleStore(store: () => RoleStore): void {
  const change = <T>(work: (transaction: RoleTransaction) => Promise<T>): Promise<T> => store().transaction(work);

  const realmWith = async (
    ...roles: readonly Partial<Role>[]
  ): Promise<{ realmId: string; roles: readonly Role[] }> => {
    const realmId = uuidv7();
    const built = roles.map((facts) => buildRole({ realmId, ...facts }));
    await change(async (transaction) => {
      await transaction.addScope(buildScope({ realmId }));
      for (const role of built) {
        if (role.clientId !== null) {
          await transaction.addScope(buildScope({ realmId, scope: role.clientId, audience: 'invoices' }));
        }
        await transaction.addRole(role);
      }
    });
    return { realmId, roles: built };
  };

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

  describe('scopes', () => {
    it('are added once and keep what they were made with', async () => {
      const { realmId } = await realmWith();
      await change((transaction) => transaction.addScope(buildScope({ realmId, realmName: 'other', version: 99 })));
      const [state] = await store().readScopes([{ realmId, scope: 'realm' }]);
      expect(state).toEqual({ scope: buildScope({ realmId }), roles: [], permissions: [] });
    });

    it('are read one to one with roles by name and permissions by bit, and null for what never was', async () => {
      const clientId = uuidv7();
      const { realmId, roles } = await realmWith(
        { name: 'b', mask: (1n << 62n) | 1n, description: 'Grüße' },
        { name: 'a' },
        { name: 'b', clientId },
      );
      const permission = { bit: 62, name: 'invoices:read', description: null, version: 7 };
      await change(async (transaction) => {
        await transaction.addPermission({ realmId, scope: 'realm' }, permission);
        await transaction.addPermission(
          { realmId, scope: 'realm' },
          { bit: 40, name: 'x', description: 'X', version: 8 },
        );
      });
      const [client, never, realm] = await store().readScopes([
        { realmId, scope: clientId },
        { realmId, scope: uuidv7() },
        { realmId, scope: 'realm' },
      ]);
      expect(client?.roles).toEqual([roles[2]]);
      expect(client?.scope.audience).toBe('invoices');
      expect(never).toBeNull();
      expect(realm?.roles).toEqual([roles[1], roles[0]]);
      expect(realm?.permissions).toEqual([{ bit: 40, name: 'x', description: 'X', version: 8 }, permission]);
      expect(await change((transaction) => transaction.contentsOf({ realmId, scope: 'realm' }))).toEqual({
        roles: realm?.roles,
        permissions: realm?.permissions,
      });
    });

    it('are live until they are removed, and stay known', async () => {
      const { realmId } = await realmWith();
      expect(await store().liveScopes(realmId, 10)).toEqual(['realm']);
      await change(async (transaction) => {
        const scope = await transaction.lockScope({ realmId, scope: 'realm' }, 'change');
        if (scope !== null) await transaction.saveScope({ ...scope, version: 7, removed: true });
      });
      expect(await store().liveScopes(realmId, 10)).toEqual([]);
      const [state] = await store().readScopes([{ realmId, scope: 'realm' }]);
      expect(state?.scope).toMatchObject({ version: 7, removed: true });
      expect(await change((transaction) => transaction.lockScope({ realmId, scope: uuidv7() }, 'use'))).toBeNull();
    });

    it('hold each name once, byte by byte, in each scope', async () => {
      const { realmId } = await realmWith({ name: 'a' }, { name: 'A' }, { name: 'a', clientId: uuidv7() });
      await expect(change((transaction) => transaction.addRole(buildRole({ realmId, name: 'a' })))).rejects.toThrow();
    });

    it('are cleared alone', async () => {
      const clientId = uuidv7();
      const { realmId, roles } = await realmWith({ name: 'a' }, { name: 'a', clientId });
      await change((transaction) => transaction.clearScope({ realmId, scope: clientId }));
      const [realm, client] = await store().readScopes([
        { realmId, scope: 'realm' },
        { realmId, scope: clientId },
      ]);
      expect(realm?.roles).toEqual([roles[0]]);
      expect(client?.roles).toEqual([]);
    });
  });

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

  describe('roles', () => {
    it('are found in their own realm only', async () => {
      const { realmId, roles } = await realmWith({ mask: (1n << 62n) | 1n });
      const role = roles[0];
      expect(await change((transaction) => transaction.findRole(realmId, role?.id ?? ''))).toEqual(role);
      expect(await change((transaction) => transaction.findRole(uuidv7(), role?.id ?? ''))).toBeNull();
    });

    it('are listed by name in pages without gaps, each with the total', async () => {
      const names = ['B', 'a', 'c', 'd_', 'e%'];
      const { realmId } = await realmWith(...names.map((name) => ({ name })), { name: 'hidden', clientId: uuidv7() });
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await store().listRoles({ realmId, scope: 'realm' }, { limit: 2, cursor });
        expect(page.total).toBe(names.length);
        seen.push(...page.roles.map(({ name }) => name));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(seen).toEqual(names);
    });

    it.each([
      ['name', ['a', 'b', 'c']],
      ['-name', ['c', 'b', 'a']],
      ['created_at', ['b', 'c', 'a']],
      ['-created_at', ['a', 'c', 'b']],
    ] as const)('are listed by %s in pages without gaps', async (sort, expected) => {
      const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
      const { realmId } = await realmWith(
        { name: 'a', createdAt: at(3) },
        { name: 'b', createdAt: at(1) },
        { name: 'c', createdAt: at(2) },
      );
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await store().listRoles({ realmId, scope: 'realm' }, { limit: 1, cursor }, { sort });
        seen.push(...page.roles.map(({ name }) => name));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(seen).toEqual(expected);
    });

    it('are found by their name, byte by byte', async () => {
      const { realmId } = await realmWith({ name: 'a' }, { name: 'A' }, { name: 'ab' });
      const { roles, total } = await store().listRoles(
        { realmId, scope: 'realm' },
        { limit: 9, cursor: null },
        { name: 'A' },
      );
      expect([roles.map(({ name }) => name), total]).toEqual([['A'], 1]);
    });

    it('give cursors that fit no other order and no other scope', async () => {
      const { realmId } = await realmWith({ name: 'a' }, { name: 'b' });
      const address = { realmId, scope: 'realm' };
      const { nextCursor: cursor } = await store().listRoles(address, { limit: 1, cursor: null });
      expect((await store().listRoles(address, { limit: 1, cursor })).roles.map(({ name }) => name)).toEqual(['b']);
      const misuses = [
        () => store().listRoles(address, { limit: 1, cursor }, { sort: '-name' }),
        () => store().listRoles({ realmId: uuidv7(), scope: 'realm' }, { limit: 1, cursor }),
      ];
      for (const misuse of misuses) await expect(misuse()).rejects.toMatchObject({ code: 'malformed_request' });
    });

    it('are searched by any part of the name, without case and without wildcards', async () => {
      const { realmId } = await realmWith(
        ...['Invoice_Clerk', 'invoiceXclerk', '100%', 'Größe'].map((name) => ({ name })),
      );
      const search = async (text: string): Promise<readonly string[]> =>
        (await store().listRoles({ realmId, scope: 'realm' }, { limit: 10, cursor: null }, { search: text })).roles.map(
          ({ name }) => name,
        );
      expect(await search('INVOICE_')).toEqual(['Invoice_Clerk']);
      expect(await search('%')).toEqual(['100%']);
      expect(await search('GRÖSSE')).toEqual(['Größe']);
      for (const nowhere of ['nothing', 'a\0', '\ud800']) expect(await search(nowhere)).toEqual([]);
    });

    it('end exactly at the last page', async () => {
      const { realmId } = await realmWith({ name: 'a' }, { name: 'b' });
      expect((await store().listRoles({ realmId, scope: 'realm' }, { limit: 2, cursor: null })).nextCursor).toBeNull();
    });

    it('refuse a cursor of something else', async () => {
      await expect(
        store().listRoles({ realmId: uuidv7(), scope: 'realm' }, { limit: 2, cursor: '!' }),
      ).rejects.toMatchObject({
        code: 'malformed_request',
      });
    });

    it('are changed, and removed together with who holds them', async () => {
      const { realmId, roles } = await realmWith({ name: 'a' }, { name: 'b' });
      const [role, other] = roles;
      if (role === undefined || other === undefined) throw new Error('no roles');
      const changed = { ...role, name: 'c', description: 'C', mask: 1n << 62n, version: 9, updatedAt: new Date(0) };
      const address = { realmId, subjectId: uuidv7() };
      await change(async (transaction) => {
        await transaction.saveRole(changed);
        await transaction.lockSubject(address);
        for (const { id } of roles) await transaction.assign(address, id, new Date());
      });
      expect(await store().findRole(realmId, role.id)).toEqual(changed);
      expect(await store().findRole(uuidv7(), role.id)).toBeNull();
      await change((transaction) => transaction.removeRole(uuidv7(), role.id));
      await change((transaction) => transaction.removeRole(realmId, role.id));
      expect(await store().findRole(realmId, role.id)).toBeNull();
      expect((await store().rolesOf(address)).map(({ id }) => id)).toEqual([other.id]);
    });

    it('keep the bits of deleted permissions, whose names are free', async () => {
      const { realmId } = await realmWith();
      const address = { realmId, scope: 'realm' };
      const at = new Date('2026-01-02T03:04:05.678Z');
      await change(async (transaction) => {
        await transaction.addPermission(address, { bit: 32, name: 'a', description: null, version: 7 });
        await transaction.savePermission(address, { bit: 32, name: 'b', description: 'B', version: 9 });
        await transaction.addPermission(address, { bit: 33, name: 'a', description: null, version: 7 });
        await transaction.retirePermission(address, 32, at);
        await transaction.addPermission(address, { bit: 34, name: 'b', description: null, version: 7 });
      });
      const own = async () => (await store().readScopes([address]))[0]?.permissions.map(({ bit, name }) => [bit, name]);
      expect(await own()).toEqual([
        [33, 'a'],
        [34, 'b'],
      ]);
      expect(await change((transaction) => transaction.retiredBits(address))).toEqual([{ bit: 32, retiredAt: at }]);
      await change((transaction) =>
        transaction.addPermission(address, { bit: 32, name: 'c', description: null, version: 7 }),
      );
      expect(await change((transaction) => transaction.retiredBits(address))).toEqual([]);
      expect(await own()).toEqual([
        [32, 'c'],
        [33, 'a'],
        [34, 'b'],
      ]);
    });

    it('keep the built-in permissions out of the rows', async () => {
      const { realmId } = await realmWith();
      expect((await store().readScopes([{ realmId, scope: 'realm' }]))[0]?.permissions).toEqual([]);
      expect(BUILT_IN_PERMISSIONS.every(({ bit }) => bit < 32)).toBe(true);
    });
  });
}
