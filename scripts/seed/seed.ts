import type { Realm } from '../../apps/registry/src/domain/realm.js';
import { openDatabases, type Databases } from './databases.js';
import { productionSign } from './guard.js';
import { progressOf, type ProgressOutput } from './progress.js';
import { insertClients, type WantedClient } from './seed-clients.js';
import { ensureRealms } from './seed-realm.js';
import { ensureRoles } from './seed-roles.js';
import { seededClientId, seededClientName, seededRealmName, seededRolesOf, seededTime, type Seed } from './seeded.js';

const CLIENTS_AT_ONCE = 1_000;
const REALMS_AT_ONCE = 250;

/** How much is made. */
export interface SeedPlan extends Seed {
  /** Clients of the realm. */
  readonly clients: number;
  /** Further realms, with one client each. */
  readonly realms: number;
  /** Roles of the realm, named `seed-role-1` and so on. */
  readonly roles: number;
  readonly rolesPerClient: number;
  /** A role `seed-everyone` that the first so many clients hold. */
  readonly holders: number;
}

/** Where it is made. */
export interface SeedTarget {
  readonly databaseUrl: string;
  /** To make signing keys with; null: `tokens` makes each when it is first needed. */
  readonly masterKey: string | null;
  /** Also where somebody's real data may be. */
  readonly force: boolean;
  readonly output: ProgressOutput;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Fills an installation with clients that all can get tokens, straight through the databases of the services: the rows are made by
 * the services' own code and are what the API would have made, except that nobody did it, so the audit log tells nothing of it.
 *
 * @throws Error when it looks like somebody's real installation.
 */
export async function seed(plan: SeedPlan, target: SeedTarget): Promise<void> {
  const databases = await openDatabases(target.databaseUrl);
  try {
    const sign = await productionSign(target.databaseUrl, databases.registry, plan.realm, target.environment);
    if (sign !== null && !target.force)
      throw new Error(`This may be a real installation: ${sign}. Add --force to seed it.`);
    const [realm] = await ensureRealms(databases, [plan.realm], target.masterKey);
    if (realm === undefined) throw new Error(`There is no realm ${plan.realm}.`);
    await seedClients(databases, plan, realm, target.output);
    await seedRealms(databases, plan, target);
    // The planner knows nothing of so many new rows by itself, and the embedded database never looks.
    for (const name of ['registry', 'identity', 'roles', 'tokens'] as const) await analyse(databases, name);
  } finally {
    await databases.close();
  }
}

async function seedClients(databases: Databases, plan: SeedPlan, realm: Realm, output: ProgressOutput): Promise<void> {
  if (plan.clients === 0) return;
  const names = Array.from({ length: plan.roles }, (_, index) => `seed-role-${String(index + 1)}`);
  const roleIds = await ensureRoles(databases, realm, [...names, ...(plan.holders > 0 ? ['seed-everyone'] : [])]);
  const everyone = plan.holders > 0 ? roleIds.slice(-1) : [];
  const progress = progressOf('clients', plan.clients, output);
  for (let start = 0; start < plan.clients; start += CLIENTS_AT_ONCE) {
    const count = Math.min(CLIENTS_AT_ONCE, plan.clients - start);
    const wanted = Array.from({ length: count }, (_, offset): WantedClient => {
      const index = start + offset;
      const own = seededRolesOf(index, plan.rolesPerClient, plan.roles).flatMap((role) => roleIds[role] ?? []);
      return {
        realm,
        clientId: seededClientId(index),
        name: seededClientName(index),
        createdAt: seededTime(index),
        roleIds: index < plan.holders ? [...own, ...everyone] : own,
      };
    });
    await insertClients(databases, plan, wanted);
    progress.add(count);
  }
  progress.done();
}

async function seedRealms(databases: Databases, plan: SeedPlan, { masterKey, output }: SeedTarget): Promise<void> {
  if (plan.realms === 0) return;
  const progress = progressOf('realms', plan.realms, output);
  for (let start = 0; start < plan.realms; start += REALMS_AT_ONCE) {
    const count = Math.min(REALMS_AT_ONCE, plan.realms - start);
    const names = Array.from({ length: count }, (_, offset) => seededRealmName(plan, start + offset + 1));
    const realms = await ensureRealms(databases, names, masterKey);
    await insertClients(
      databases,
      plan,
      realms.map((realm) => ({
        ...{ realm, clientId: seededClientId(0), name: seededClientName(0), createdAt: realm.createdAt, roleIds: [] },
      })),
    );
    progress.add(count);
  }
  progress.done();
}

async function analyse(databases: Databases, name: 'registry' | 'identity' | 'roles' | 'tokens'): Promise<void> {
  const tables = databases[name].entityMetadatas.map(({ tablePath }) => tablePath);
  for (const table of tables) await databases[name].query(`VACUUM (ANALYZE) ${table}`);
}
