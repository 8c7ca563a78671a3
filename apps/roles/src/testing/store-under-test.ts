import { v7 as uuidv7 } from 'uuid';
import type { RoleStore, RoleTransaction } from '../domain/role-store.js';
import type { Role } from '../domain/role.js';
import { buildRole, buildScope } from './build-role.js';

/** A store under test, and how tests fill it. */
export interface StoreUnderTest {
  store(): RoleStore;
  change<T>(work: (transaction: RoleTransaction) => Promise<T>): Promise<T>;
  /** A new realm with these roles, and the scopes that they need. */
  realmWith(...roles: readonly Partial<Role>[]): Promise<{ realmId: string; roles: readonly Role[] }>;
}

/** What the tests of a store share. */
export function storeUnderTest(store: () => RoleStore): StoreUnderTest {
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

  return { store, change, realmWith };
}
