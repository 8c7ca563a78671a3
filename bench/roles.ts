import type { Cluster } from '#testing';
import { seededClientId, seededSecret, type Seed } from '../scripts/seed/seeded.js';
import { BenchAdministrator, tokenRequest } from './administrator.js';
import { Requests, type BenchRequest } from './requests.js';
import { compareColumns, type ComparedRow } from './rounds.js';
import { withSeededCluster } from './seeded-cluster.js';

/** How roles are measured. */
export interface RolesBenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** How many subjects hold the role that many hold. */
  readonly holders: number;
  readonly parallel: number;
}

/** How many roles a subject holds, by realm. */
const ROLE_COUNTS = [1, 100, 1_000] as const;
const CLIENTS_EACH = 50;
/** A change that takes a permission away, at the 99th percentile, however many hold the role. */
const CHANGE_MS = 100;

/**
 * What a subject may do with 1, 100 and 1,000 roles; tokens and changes of a role that one subject holds, and of one that very many
 * hold, side by side; and that the first token after each change is on the new state.
 */
export async function benchRoles(options: RolesBenchOptions): Promise<void> {
  await withSeededCluster(options.parallel, async ({ cluster, requests, fill }) => {
    const admin = new BenchAdministrator(requests, cluster);
    const seeds = ROLE_COUNTS.map((count): Seed => ({ text: 'bench', realm: `roles-${String(count)}` }));
    for (const [index, one] of seeds.entries()) {
      const roles = ROLE_COUNTS[index] ?? 0;
      await fill({ ...one, clients: CLIENTS_EACH, realms: 0, roles, rolesPerClient: roles, holders: 0 });
    }
    await compareLookups(admin, requests, seeds, options);
    const few: Seed = { text: 'bench', realm: 'few' };
    const many: Seed = { text: 'bench', realm: 'many' };
    const common = { realms: 0, roles: 0, rolesPerClient: 0 };
    await fill({ ...few, ...common, clients: 1, holders: 1 });
    await fill({ ...many, ...common, clients: options.holders, holders: options.holders });
    await compareHolders(cluster, admin, requests, [few, many], options);
  });
}

async function compareLookups(
  admin: BenchAdministrator,
  requests: Requests,
  seeds: readonly Seed[],
  { rounds, seconds, parallel }: RolesBenchOptions,
): Promise<void> {
  await admin.signIn();
  const users = await Promise.all(seeds.map((seed) => usersOf(admin, requests, seed)));
  const row = (name: string, next: (seed: Seed, index: number) => BenchRequest): ComparedRow => ({
    name,
    columns: seeds.map((seed) => async () => {
      await admin.signIn();
      let index = 0;
      return requests.measure(() => next(seed, index++ % CLIENTS_EACH), { parallel, seconds });
    }),
  });
  await compareColumns(
    ROLE_COUNTS.map((count) => `${count.toLocaleString('en')} role${count === 1 ? '' : 's'}`),
    [
      row('effective permissions, with reasons', (seed, index) => {
        const user = users[seeds.indexOf(seed)]?.[index] ?? '';
        return admin.call('GET', `/realms/${seed.realm}/users/${user}/permissions`);
      }),
      row('token', (seed, index) => tokenOf(seed, index)),
    ],
    rounds,
  );
}

/** The service accounts of a realm's seeded clients. */
async function usersOf(admin: BenchAdministrator, requests: Requests, { realm }: Seed): Promise<readonly string[]> {
  const clients = await requests.json<{ data: { id: string }[] }>(
    admin.call('GET', `/realms/${realm}/clients?limit=${String(CLIENTS_EACH)}&search=seed-`),
  );
  return Promise.all(
    clients.data.map(async ({ id }) => {
      const path = `/realms/${realm}/clients/${id}/service-account-user`;
      return (await requests.json<{ data: { id: string } }>(admin.call('GET', path))).data.id;
    }),
  );
}

function tokenOf(seed: Seed, index: number): BenchRequest {
  const clientId = seededClientId(index);
  return tokenRequest(seed.realm, clientId, seededSecret(seed, seed.realm, clientId));
}

async function compareHolders(
  cluster: Cluster,
  admin: BenchAdministrator,
  requests: Requests,
  seeds: readonly Seed[],
  { rounds, seconds, parallel, holders }: RolesBenchOptions,
): Promise<void> {
  await admin.signIn();
  const roles = await Promise.all(seeds.map((seed) => roleOf(admin, requests, seed)));
  const stale = { count: 0 };
  const rows: ComparedRow[] = [
    {
      name: 'token of a holder',
      columns: seeds.map((seed) => () => requests.measure(() => tokenOf(seed, 0), { parallel, seconds })),
    },
    {
      name: 'take a permission from the role',
      aim: { p99Ms: CHANGE_MS },
      columns: seeds.map((seed, index) => async () => {
        await admin.signIn();
        return changesOf(cluster, admin, seed, roles[index] ?? '', seconds, stale);
      }),
    },
  ];
  await compareColumns(['1 holder', `${holders.toLocaleString('en')} holders`], rows, rounds);
  console.log(`\ntokens on old permissions, asked for after a change had returned: ${String(stale.count)}`);
}

async function roleOf(admin: BenchAdministrator, requests: Requests, { realm }: Seed): Promise<string> {
  const { data } = await requests.json<{ data: { id: string; name: string }[] }>(
    admin.call('GET', `/realms/${realm}/roles?search=seed-everyone`),
  );
  return data.find(({ name }) => name === 'seed-everyone')?.id ?? '';
}

/** Turns a permission of the role on and off, one change after the other, and holds the next token to each. */
async function changesOf(
  { baseUrl }: Cluster,
  admin: BenchAdministrator,
  seed: Seed,
  role: string,
  seconds: number,
  stale: { count: number },
) {
  const one = new Requests(baseUrl, 1);
  const other = new Requests(baseUrl, 1);
  let on = true;
  let pending: Promise<void> = Promise.resolve();
  try {
    const check = async (expected: boolean): Promise<void> => {
      const { access_token: token } = await other.json<{ access_token: string }>(tokenOf(seed, 0));
      const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
      if (claims.includes(KEPT) !== true || claims.includes(TAKEN) !== expected) stale.count += 1;
    };
    const changes = [];
    const end = performance.now() + seconds * 1_000;
    while (performance.now() < end) {
      on = !on;
      const permissions = on ? [KEPT, TAKEN] : [KEPT];
      const path = `/realms/${seed.realm}/roles/${role}/permissions`;
      let sent = false;
      changes.push(
        await one.measure(
          () => {
            if (sent) return undefined;
            sent = true;
            return admin.call('PATCH', path, { permissions });
          },
          { parallel: 1, seconds: 60 },
        ),
      );
      pending = check(on);
      await pending;
    }
    const times = changes.map(({ p50 }) => p50).sort((a, b) => a - b);
    const failed = changes.filter((change) => change.failed > 0);
    return {
      count: times.length,
      perSecond: 1_000 / (times.reduce((sum, time) => sum + time, 0) / times.length),
      p50: times[Math.floor(times.length / 2)] ?? NaN,
      p99: times[Math.floor(times.length * 0.99)] ?? NaN,
      max: times.at(-1) ?? NaN,
      failed: failed.length,
      failure: failed[0]?.failure ?? null,
    };
  } finally {
    one.close();
    other.close();
  }
}

const KEPT = 'seed:act-0';
const TAKEN = 'seed:act-1';
