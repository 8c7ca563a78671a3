import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startCluster, type Cluster } from '#testing';
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { seed } from '../../scripts/seed/seed.js';
import { seededClientId, seededSecret, type Seed } from '../../scripts/seed/seeded.js';
import { Administrator, unique, type ClientBody, type Page, type RealmBody } from '../e2e/support/administrator.js';
import { clientCredentials } from '../e2e/support/protocol.js';
import { untilDone } from './support/until-done.js';

const CLIENTS = 4_000;
/** How long everything may take to be gone once everybody is back: the outbox waits longer after each failure. */
const CLEAN_LIMIT_MS = 90_000;

/** What is kept of a realm on purpose: its log, and marks that keep what is late from being made in it. */
const KEPT = [/^audit\./, /^roles\.scopes$/];

/** Realms with thousands of clients are renamed and deleted whole, whatever dies half-way. */
describe('a realm with thousands of clients', () => {
  let cluster: Cluster;
  let admin: Administrator;
  let database: Client;
  let redis: Redis;
  let tables: readonly string[];

  beforeAll(async () => {
    cluster = await startCluster({ silent: true });
    const { baseUrls, adminUsername, adminPassword } = cluster;
    process.env['CHANCERY_E2E'] = JSON.stringify({ kind: 'cluster', baseUrls, adminUsername, adminPassword });
    database = new Client({ connectionString: cluster.databaseUrl });
    await database.connect();
    redis = new Redis(cluster.redis?.url ?? '');
    const { rows } = await database.query<{ table: string }>(
      `SELECT c.table_schema || '.' || c.table_name AS table FROM information_schema.columns c
       JOIN information_schema.tables t USING (table_schema, table_name)
       WHERE c.column_name = 'realm_id' AND t.table_type = 'BASE TABLE' ORDER BY 1`,
    );
    tables = rows.map(({ table }) => table).filter((table) => !KEPT.some((kept) => kept.test(table)));
    admin = await Administrator.signIn();
  }, 120_000);

  afterAll(async () => {
    redis.disconnect();
    await database.end();
    await cluster.stop();
  }, 60_000);

  const filled = async (): Promise<{ readonly id: string; readonly seed: Seed }> => {
    const realm = unique('large');
    const plan = { text: 'faults', realm, clients: CLIENTS, realms: 0, roles: 5, rolesPerClient: 2, holders: CLIENTS };
    await seed(plan, {
      ...{ databaseUrl: cluster.databaseUrl, masterKey: null, force: true },
      ...{ output: { write: () => true }, environment: {} },
    });
    const { id } = await admin.done<RealmBody>('GET', `/realms/${realm}`);
    return { id, seed: plan };
  };
  const token = (from: Seed, index: number, realm = from.realm) => {
    const clientId = seededClientId(index);
    return clientCredentials({ realm, id: '', clientId, secret: seededSecret(from, from.realm, clientId) });
  };
  /** Where something of a realm is left, in any schema and in Redis. */
  const leftOver = async (id: string): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const table of tables) {
      const { rowCount } = await database.query(`SELECT 1 FROM ${table} WHERE realm_id = $1 LIMIT 1`, [id]);
      if ((rowCount ?? 0) > 0) found.push(table);
    }
    const scopes = await database.query('SELECT 1 FROM roles.scopes WHERE realm_id = $1 AND NOT removed', [id]);
    if ((scopes.rowCount ?? 0) > 0) found.push('roles.scopes');
    return found;
  };
  const untilNothingIsLeft = async (id: string): Promise<void> => {
    const deadline = Date.now() + CLEAN_LIMIT_MS;
    let left = await leftOver(id);
    while (left.length > 0 && Date.now() < deadline) {
      await sleep(250);
      left = await leftOver(id);
    }
    expect(left).toEqual([]);
  };

  it('is known by all that belongs to it', async () => {
    const { id, seed: from } = await filled();
    expect(tables.length).toBeGreaterThan(10);
    expect(await leftOver(id)).toEqual(
      expect.arrayContaining(['identity.users', 'registry.clients', 'registry.client_secrets', 'roles.assignments']),
    );
    expect((await token(from, 0)).status).toBe(200);
    expect((await admin.ask('DELETE', `/realms/${from.realm}`)).status).toBe(204);
    expect((await token(from, 0)).status).toBe(404);
    await untilNothingIsLeft(id);
    // What Redis still remembers of it is under ids that nobody asks for, and is gone within the minute.
    const remembered = await redis.keys(`chancery:snap:*${id}*`);
    for (const key of remembered) expect(await redis.pttl(key)).toBeLessThanOrEqual(60_000);
  }, 180_000);

  it.each(['roles', 'identity', 'tokens', 'audit', 'registry'] as const)(
    'is deleted whole when %s dies while it is being deleted, and its name works for the next',
    async (service) => {
      const { id, seed: from } = await filled();
      const deletion = admin.ask('DELETE', `/realms/${from.realm}`);
      await sleep(150);
      const [process] = cluster.processes(service);
      await process?.kill('SIGKILL');
      await sleep(500);
      process?.spawn();
      await process?.waitUntilReady();
      expect([204, 503]).toContain((await deletion).status);
      await untilDone(async () => {
        const answer = await admin.ask('DELETE', `/realms/${from.realm}`);
        return answer.status === 404 ? { ...answer, status: 204 } : answer;
      });
      await untilDone(() => admin.ask('POST', '/realms', { name: from.realm }));
      expect((await token(from, 1)).status).toBe(401);
      const { data } = await admin.done<Page<ClientBody>>('GET', `/realms/${from.realm}/clients`);
      expect(data.map(({ client_id: one }) => one)).toEqual(['account', 'console', 'realm-management']);
      await untilNothingIsLeft(id);
      const successor = await admin.createServiceClient(from.realm);
      expect((await clientCredentials(successor)).status).toBe(200);
    },
    180_000,
  );

  it('is renamed at once: under the new name everybody works, under the old one nobody', async () => {
    const { id, seed: from } = await filled();
    for (let index = 0; index < 20; index += 1) expect((await token(from, index)).status).toBe(200);
    const name = unique('renamed');
    const started = performance.now();
    await admin.done('PUT', `/realms/${from.realm}`, { name });
    // The other services are told in portions, for a second and a half at most while the caller waits.
    expect(performance.now() - started).toBeLessThan(10_000);
    for (const index of [0, 19, 20, CLIENTS - 1]) {
      expect((await token(from, index)).status).toBe(404);
      expect((await token(from, index, name)).status).toBe(200);
    }
    const named = async () =>
      (
        await database.query(
          `SELECT 1 FROM identity.users WHERE realm_id = $1 AND realm_name <> $2
           UNION ALL SELECT 1 FROM roles.scopes WHERE realm_id = $1 AND realm_name <> $2 LIMIT 1`,
          [id, name],
        )
      ).rowCount ?? 0;
    for (const deadline = Date.now() + CLEAN_LIMIT_MS; (await named()) > 0 && Date.now() < deadline;) await sleep(250);
    expect(await named()).toBe(0);
  }, 180_000);

  it('is disabled at once, under load', async () => {
    const { seed: from } = await filled();
    let running = true;
    let next = 0;
    let issued = 0;
    let late = 0;
    let disabledAt = Number.POSITIVE_INFINITY;
    const workers = Array.from({ length: 8 }, async () => {
      while (running) {
        const asked = performance.now();
        const { status } = await token(from, next++ % CLIENTS);
        if (status !== 200) continue;
        issued += 1;
        if (asked > disabledAt) late += 1;
      }
    });
    await sleep(1_500);
    await admin.done('PUT', `/realms/${from.realm}`, { enabled: false });
    disabledAt = performance.now();
    await sleep(1_500);
    running = false;
    await Promise.all(workers);
    expect(issued).toBeGreaterThan(20);
    expect(late).toBe(0);
    await admin.done('PUT', `/realms/${from.realm}`, { enabled: true });
    expect((await token(from, 0)).status).toBe(200);
  }, 120_000);
});
