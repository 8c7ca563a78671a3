import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { buildRole, buildScope } from './build-role.js';
import type { StoreUnderTest } from './store-under-test.js';

/** What every adapter of the store must do with scopes. */
export function describeStoredScopes({ store, change, realmWith }: StoreUnderTest): void {
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
}
