import { embeddedUrl } from '#database';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { seed, type SeedPlan } from './seed/seed.js';
import { seededClientId, seededRealmName, seededSecret } from './seed/seeded.js';

const USAGE = `Usage: npm run seed -- [options]

Fills a running Chancery with clients that can all get tokens, straight through its databases: for tests of load and size. What
is made is the same for the same --seed; what is there already stays, so it can be run again, or with larger numbers.

  --clients N            clients of one realm (1000)
  --realms N             further realms, with one client each (0)
  --realm NAME           name of the realm, and beginning of the others' (seed)
  --roles N              roles of the realm (20)
  --roles-per-client N   how many of them each client's service account holds (2)
  --holders N            how many clients hold the role seed-everyone besides (0)
  --seed TEXT            what secrets are derived from (chancery)
  --secrets FILE         write realm,client_id,client_secret of all of them to a file that only this user can read
  --force                also where somebody's real data may be

Where: --database-url, else CHANCERY_DATABASE_URL, else the running standalone program of --data-dir (CHANCERY_DATA_DIR, ./data).
CHANCERY_MASTER_KEY, or master.key in the data folder, makes signing keys for new realms; without it each is made when it is
first needed.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      clients: { type: 'string', default: '1000' },
      realms: { type: 'string', default: '0' },
      realm: { type: 'string', default: 'seed' },
      roles: { type: 'string', default: '20' },
      'roles-per-client': { type: 'string', default: '2' },
      holders: { type: 'string', default: '0' },
      seed: { type: 'string', default: 'chancery' },
      secrets: { type: 'string' },
      'database-url': { type: 'string' },
      'data-dir': { type: 'string' },
      force: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const count = (name: 'clients' | 'realms' | 'roles' | 'roles-per-client' | 'holders'): number => {
    if (/^\d{1,7}$/.test(values[name])) return Number(values[name]);
    throw new Error(`--${name} must be a whole number.`);
  };
  const plan: SeedPlan = {
    text: values.seed,
    realm: values.realm,
    clients: count('clients'),
    realms: count('realms'),
    roles: count('roles'),
    rolesPerClient: count('roles-per-client'),
    holders: count('holders'),
  };
  const dataDir = resolve(values['data-dir'] ?? process.env['CHANCERY_DATA_DIR'] ?? './data');
  const databaseUrl = values['database-url'] ?? setting('CHANCERY_DATABASE_URL') ?? standaloneUrl(dataDir);
  const started = performance.now();
  await seed(plan, {
    databaseUrl,
    masterKey: setting('CHANCERY_MASTER_KEY') ?? fileOf(join(dataDir, 'master.key')),
    force: values.force,
    output: process.stdout,
    environment: process.env,
  });
  console.log(
    `${plan.clients} clients and ${plan.realms} realms in ${((performance.now() - started) / 1_000).toFixed(1)} s`,
  );
  if (values.secrets !== undefined) writeSecrets(plan, values.secrets);
  return 0;
}

function standaloneUrl(dataDir: string): string {
  const folder = join(dataDir, 'socket');
  if (existsSync(join(folder, '.s.PGSQL.5432'))) return embeddedUrl(folder);
  throw new Error(`No Chancery is running in ${dataDir}: start it, or name a database with --database-url.`);
}

function setting(name: string): string | null {
  const value = process.env[name] ?? '';
  return value === '' ? fileOf(process.env[`${name}_FILE`] ?? '') : value;
}

function fileOf(path: string): string | null {
  return path !== '' && existsSync(path) ? readFileSync(path, 'utf8').trim() : null;
}

function writeSecrets(plan: SeedPlan, file: string): void {
  const line = (realm: string, clientId: string): string =>
    `${realm},${clientId},${seededSecret(plan, realm, clientId)}`;
  const lines = [
    'realm,client_id,client_secret',
    ...Array.from({ length: plan.clients }, (_, index) => line(plan.realm, seededClientId(index))),
    ...Array.from({ length: plan.realms }, (_, index) => line(seededRealmName(plan, index + 1), seededClientId(0))),
  ];
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
