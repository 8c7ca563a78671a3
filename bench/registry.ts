import type { Cluster } from '#testing';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededClientId, seededRealmName, seededSecret, type Seed } from '../scripts/seed/seeded.js';
import { BenchAdministrator, tokenRequest } from './administrator.js';
import { Portions } from './portions.js';
import { residentMegabytes } from './processes.js';
import type { BenchRequest, Measured, Requests } from './requests.js';
import { compareColumns, type ComparedRow } from './rounds.js';
import { withSeededCluster } from './seeded-cluster.js';

/** How the registry is measured. */
export interface RegistryBenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** Clients of the large realm; the small one has 1,000. */
  readonly clients: number;
  /** Further realms. */
  readonly realms: number;
  /** How many requests are under way at once; creations twice as many. */
  readonly parallel: number;
}

/** A realm that is measured. */
interface Subject {
  readonly seed: Seed;
  readonly title: string;
  readonly clients: number;
}

const SMALL = 1_000;
/** What reading may take at the 99th percentile, in milliseconds. */
const READING_MS = 50;
const FIRST_TOKEN_MS = 25;
const CREATIONS_PER_SECOND = 300;

/** Creating, listing, searching, reading and first tokens with 1,000 clients and with many, side by side. */
export async function benchRegistry(options: RegistryBenchOptions): Promise<void> {
  await withSeededCluster(options.parallel * 2, async ({ cluster, requests, fill }) => {
    const small: Subject = { seed: { text: 'bench', realm: 'small' }, title: '1,000', clients: SMALL };
    const title = options.clients.toLocaleString('en');
    const large: Subject = { seed: { text: 'bench', realm: 'large' }, title, clients: options.clients };
    const common = { roles: 20, rolesPerClient: 2, holders: 0 };
    await fill({ ...small.seed, ...common, clients: small.clients, realms: 0 });
    await fill({ ...large.seed, ...common, clients: large.clients, realms: options.realms });
    await measureAll(cluster, requests, [small, large], options);
  });
}

async function measureAll(
  cluster: Cluster,
  requests: Requests,
  subjects: readonly Subject[],
  options: RegistryBenchOptions,
): Promise<void> {
  const admin = new BenchAdministrator(requests, cluster);
  const { seconds, parallel } = options;
  const compared = (
    name: string,
    aim: NonNullable<ComparedRow['aim']>,
    next: (subject: Subject) => () => BenchRequest | undefined,
    atOnce = parallel,
  ): ComparedRow => ({
    name,
    aim,
    columns: subjects.map((subject) => async () => {
      await admin.signIn();
      return requests.measure(next(subject), { parallel: atOnce, seconds });
    }),
  });
  const reading = { p99Ms: READING_MS };
  const list = (query: (index: number) => string) => (subject: Subject) => {
    let index = 0;
    return () => admin.call('GET', `/realms/${subject.seed.realm}/clients?${query(index++)}`);
  };
  const sorts = ['client_id', '-client_id', 'name', '-name', 'created_at', '-created_at'];
  const filters = [
    ...['enabled=true', 'enabled=false', 'service_account_enabled=true', 'service_account_enabled=false'],
    ...['direct_access_grants_enabled=true', 'first_party=true', 'client_type=public', 'owner=nobody'],
  ];
  const ids = await Promise.all(subjects.map((subject) => idsOf(admin, requests, subject)));
  const rows: ComparedRow[] = [
    compared(
      'list, every order',
      reading,
      list((index) => `limit=50&sort=${sorts[index % sorts.length] ?? ''}`),
    ),
    compared(
      'list, filtered',
      reading,
      list((index) => `limit=50&${filters[index % filters.length] ?? ''}`),
    ),
    compared(
      'search, prefix of the client_id',
      reading,
      list((index) => `search=seed-b${'illing'.slice(0, index % 7)}`),
    ),
    compared(
      'search, found once',
      reading,
      list((index) => `search=${String(index % SMALL).padStart(6, '0')}`),
    ),
    compared(
      'search, part of the name',
      reading,
      list((index) => `search=${encodeURIComponent(['ERLIN', 'köln', 'ice', 'z'][index % 4] ?? '')}`),
    ),
    compared(
      'search, found nowhere',
      reading,
      list((index) => `search=nowhere${String(index)}`),
    ),
    compared('get', reading, (subject) => {
      const known = ids[subjects.indexOf(subject)] ?? [];
      let index = 0;
      return () => admin.call('GET', `/realms/${subject.seed.realm}/clients/${known[index++ % known.length] ?? ''}`);
    }),
    compared('create', { perSecond: CREATIONS_PER_SECOND }, creations(admin, false), parallel * 2),
    compared(
      'create with a service account',
      { perSecond: CREATIONS_PER_SECOND },
      creations(admin, true),
      parallel * 2,
    ),
    {
      name: 'first token of a client',
      aim: { p99Ms: FIRST_TOKEN_MS },
      columns: subjects.map((subject) => {
        const fresh = new Portions(subject.clients, options.rounds);
        return () => {
          fresh.begin();
          return requests.measure(() => tokenOf(subject, fresh.take()), { parallel, seconds });
        };
      }),
    },
  ];
  await compareColumns(
    subjects.map(({ title }) => `${title} clients`),
    rows,
    options.rounds,
  );
  if (options.realms > 0) await measureRealms(admin, requests, subjects[1]?.seed, options);
  await measureMemory(cluster, requests, subjects[1], options);
}

/** Some of a realm's ids, from all over it. */
async function idsOf(admin: BenchAdministrator, requests: Requests, { seed }: Subject): Promise<readonly string[]> {
  await admin.signIn();
  const pages = await Promise.all(
    ['client_id', '-client_id', 'name', '-created_at'].map((sort) =>
      requests.json<{ data: { id: string }[] }>(
        admin.call('GET', `/realms/${seed.realm}/clients?limit=200&sort=${sort}`),
      ),
    ),
  );
  return pages.flatMap(({ data }) => data.map(({ id }) => id));
}

function creations(admin: BenchAdministrator, account: boolean) {
  return ({ seed }: Subject) => {
    return () => {
      const name = `made-${randomBytes(6).toString('hex')}`;
      return admin.call('POST', `/realms/${seed.realm}/clients`, { name, service_account_enabled: account });
    };
  };
}

/** A token for a client; undefined for none. */
function tokenOf(subject: Subject, index: number | undefined): BenchRequest | undefined {
  if (index === undefined) return undefined;
  const clientId = seededClientId(index);
  return tokenRequest(subject.seed.realm, clientId, seededSecret(subject.seed, subject.seed.realm, clientId));
}

async function measureRealms(
  admin: BenchAdministrator,
  requests: Requests,
  seed: Seed | undefined,
  { realms, rounds, seconds, parallel }: RegistryBenchOptions,
): Promise<void> {
  if (seed === undefined) return;
  const limits = { parallel, seconds };
  const fresh = new Portions(realms, rounds);
  const first = (): BenchRequest | undefined => {
    const number = fresh.take();
    if (number === undefined) return undefined;
    const realm = seededRealmName(seed, number + 1);
    return tokenRequest(realm, seededClientId(0), seededSecret(seed, realm, seededClientId(0)));
  };
  const measured = (next: () => BenchRequest | undefined) => async (): Promise<Measured> => {
    await admin.signIn();
    return requests.measure(next, limits);
  };
  let index = 0;
  const rows: ComparedRow[] = [
    {
      name: 'list realms',
      aim: { p99Ms: READING_MS },
      columns: [
        measured(() => admin.call('GET', `/realms?limit=50&sort=${index++ % 2 === 0 ? 'name' : '-created_at'}`)),
      ],
    },
    {
      name: 'search realms',
      aim: { p99Ms: READING_MS },
      columns: [
        measured(() => admin.call('GET', `/realms?search=-${String((index++ % realms) + 1).padStart(5, '0')}`)),
      ],
    },
    {
      name: 'create a realm',
      columns: [measured(() => admin.call('POST', '/realms', { name: `made-${randomBytes(6).toString('hex')}` }))],
    },
    {
      name: 'first token of a realm',
      aim: { p99Ms: FIRST_TOKEN_MS },
      columns: [
        () => {
          fresh.begin();
          return measured(first)();
        },
      ],
    },
  ];
  await compareColumns([`${realms.toLocaleString('en')} realms`], rows, rounds);
}

/** What `tokens` holds in memory before and after it has served every client of the large realm. */
async function measureMemory(
  cluster: Cluster,
  requests: Requests,
  subject: Subject | undefined,
  { parallel }: RegistryBenchOptions,
): Promise<void> {
  if (subject === undefined) return;
  const resident = (): number =>
    cluster.services().reduce((sum, { name, pids }) => sum + (name === 'tokens' ? residentMegabytes(pids) : 0), 0);
  const marks = [resident()];
  const portion = Math.floor(subject.clients / 4);
  const all = new Portions(subject.clients, 4);
  for (let part = 1; part <= 4; part += 1) {
    all.begin();
    await requests.measure(() => tokenOf(subject, all.take()), { parallel: parallel * 2, seconds: 600 });
    await sleep(1_000);
    marks.push(resident());
  }
  const [before = 0, ...after] = marks;
  console.log(
    `\ntokens, resident memory: ${before.toFixed(0)} MB before; after a token for each of ${portion.toLocaleString('en')} more clients: ${after.map((mark) => `${mark.toFixed(0)} MB`).join(', ')}`,
  );
}
