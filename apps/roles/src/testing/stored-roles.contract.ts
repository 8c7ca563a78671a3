import { BUILT_IN_PERMISSIONS } from '#contracts';
import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { StoreUnderTest } from './store-under-test.js';

/** What every adapter of the store must do with roles. */
export function describeStoredRoles({ store, change, realmWith }: StoreUnderTest): void {
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
