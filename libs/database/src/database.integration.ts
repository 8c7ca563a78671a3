import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { createDataSource } from './create-data-source.js';
import { insertRows } from './insert-rows.js';
import { runMigrations } from './run-migrations.js';
import { nextSnapshotVersion } from './snapshot-version.js';
import { DATABASES, type EmptyDatabase } from './testing/databases.js';
import { auditDatabase, brokenDatabase, exampleDatabase, ThingEntity } from './testing/example.js';
import { isUniqueViolation } from './unique-violation.js';

describe.each(DATABASES)('a service on $name', ({ name, open }) => {
  let database: EmptyDatabase;
  const sources: DataSource[] = [];

  async function connect(description = exampleDatabase, poolSize = 4): Promise<DataSource> {
    const source = createDataSource({ url: database.url, description, applicationName: 'chancery-test', poolSize });
    await source.initialize();
    sources.push(source);
    return source;
  }

  beforeAll(async () => {
    database = await open();
  }, 60_000);
  afterAll(async () => {
    await Promise.all(sources.map((source) => source.destroy()));
    await database.remove();
  });

  it('is migrated once by three replicas that start together', async () => {
    const replicas = await Promise.all([connect(), connect(), connect()]);
    const executed = await Promise.all(replicas.map((source) => runMigrations(source, exampleDatabase)));
    expect(executed.flat()).toEqual(['CreateThing1760000000000', 'CreateOutbox1760000000001']);
    const rows: unknown[] = await (await connect()).query('SELECT name FROM registry.migrations ORDER BY id');
    expect(rows).toEqual([{ name: 'CreateThing1760000000000' }, { name: 'CreateOutbox1760000000001' }]);
  });

  it('has nothing to do the next time', async () => {
    expect(await runMigrations(await connect(), exampleDatabase)).toEqual([]);
  });

  it('is left as it was by a migration that fails', async () => {
    await expect(runMigrations(await connect(brokenDatabase), brokenDatabase)).rejects.toThrow('nonsense');
    const columns: unknown[] = await (
      await connect()
    ).query(`SELECT 1 FROM information_schema.columns WHERE table_schema = 'registry' AND column_name = 'extra'`);
    expect(columns).toEqual([]);
  });

  it('stores and finds its entities in its own schema, exactly', async () => {
    const things = (await connect()).getRepository(ThingEntity);
    const thing = {
      id: uuidv7(),
      name: 'Zürich',
      version: Number.MAX_SAFE_INTEGER,
      mask: 2n ** 63n - 1n,
      createdAt: new Date('2026-02-28T23:59:59.999Z'),
    };
    await things.insert(thing);
    expect(await things.findOneBy({ id: thing.id })).toEqual(thing);
    expect(things.metadata.tablePath).toBe('registry.thing');
  });

  it('inserts many rows at once as the ORM would insert each, and none when one of them is taken', async () => {
    const source = await connect();
    const things = source.getRepository(ThingEntity);
    const thing = (name: string) => {
      const createdAt = new Date('2026-02-28T23:59:59.999Z');
      return { id: uuidv7(), name, version: Number.MAX_SAFE_INTEGER, mask: 2n ** 63n - 1n, createdAt };
    };
    const some = [thing('"quoted", \\ and {braced}'), thing("O'Neil 😀"), thing(' \t\n')];
    await insertRows(source.manager, ThingEntity, some);
    for (const one of some) expect(await things.findOneBy({ id: one.id })).toEqual(one);
    await insertRows(source.manager, ThingEntity, []);
    const next = thing('next');
    const error: unknown = await insertRows(source.manager, ThingEntity, [next, thing(some[0]?.name ?? '')]).catch(
      (thrown: unknown) => thrown,
    );
    expect(isUniqueViolation(error, 'thing_name_key')).toBe(true);
    expect(await things.findOneBy({ id: next.id })).toBeNull();
  });

  it('tells which unique constraint was broken', async () => {
    const things = (await connect()).getRepository(ThingEntity);
    const thing = { id: uuidv7(), name: 'twice', version: 1, mask: 0n, createdAt: new Date() };
    await things.insert(thing);
    const error: unknown = await things.insert({ ...thing, id: uuidv7() }).catch((thrown: unknown) => thrown);
    expect(isUniqueViolation(error, 'thing_name_key')).toBe(true);
    expect(isUniqueViolation(error, 'thing_pkey')).toBe(false);
    expect(isUniqueViolation(error)).toBe(true);
    expect(isUniqueViolation(new Error('other'))).toBe(false);
  });

  it('draws versions that only grow, also from six pools at once', async () => {
    const pools = await Promise.all(Array.from({ length: 6 }, () => connect(exampleDatabase, 3)));
    const versions = await Promise.all(
      Array.from({ length: 120 }, async (_, index) => {
        const source = pools[index % pools.length];
        if (source === undefined) throw new Error('no pool');
        return source.transaction(async (manager) => {
          await manager.query('SELECT 1');
          return nextSnapshotVersion(manager, 'registry');
        });
      }),
    );
    expect(new Set(versions).size).toBe(120);
    const source = await connect();
    expect(await nextSnapshotVersion(source.manager, 'registry')).toBeGreaterThan(Math.max(...versions));
  });

  it('refuses a condition that names a column without a value', async () => {
    const things = (await connect()).getRepository(ThingEntity);
    await expect(things.findBy({ name: undefined as unknown as string })).rejects.toThrow();
  });

  if (name === 'PostgreSQL') {
    it('limits statements and idle transactions on the server, without SET', async () => {
      const source = await connect();
      const [facts]: Record<string, string>[] = await source.query(
        `SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock,
                current_setting('idle_in_transaction_session_timeout') AS idle,
                current_setting('application_name') AS name`,
      );
      expect(facts).toEqual({ statement: '15s', lock: '10s', idle: '30s', name: 'chancery-test' });
    });

    it('says so when the schema is missing and the role may not create it, and needs no such right otherwise', async () => {
      const owner = await connect();
      const role = `mere_${uuidv7().replaceAll('-', '')}`;
      await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
      const url = new URL(database.url);
      url.username = role;
      url.password = 'x';
      const description = auditDatabase;
      const mere = createDataSource({ url: url.href, description, applicationName: 'mere', poolSize: 1 });
      await mere.initialize();
      await expect(runMigrations(mere, description)).rejects.toThrow('permission denied for database');
      await owner.query(`CREATE SCHEMA audit AUTHORIZATION ${role}`);
      expect(await runMigrations(mere, description)).toEqual(['CreateRecord1760000000000']);
      await mere.destroy();
      await owner.query(`DROP OWNED BY ${role}`);
      await owner.query(`DROP ROLE ${role}`);
    });

    it('keeps the account of its migrations from the role that it runs with', async () => {
      const owner = await connect(auditDatabase);
      const role = `app_${uuidv7().replaceAll('-', '')}`;
      await owner.query(`CREATE ROLE ${role} NOLOGIN`);
      await owner.query('CREATE SCHEMA IF NOT EXISTS audit');
      for (const [privileges, kind] of [
        ['SELECT, INSERT, UPDATE, DELETE', 'TABLES'],
        ['USAGE, SELECT', 'SEQUENCES'],
      ]) {
        await owner.query(`ALTER DEFAULT PRIVILEGES IN SCHEMA audit GRANT ${privileges} ON ${kind} TO ${role}`);
      }
      await runMigrations(owner, auditDatabase);
      const [rights]: unknown[] = await owner.query(
        `SELECT has_table_privilege($1, 'audit.migrations', 'SELECT') AS read,
                has_table_privilege($1, 'audit.migrations', 'INSERT, UPDATE, DELETE') AS write,
                has_sequence_privilege($1, 'audit.migrations_id_seq', 'USAGE, UPDATE') AS count,
                has_table_privilege($1, 'audit.record', 'INSERT') AS work`,
        [role],
      );
      expect(rights).toEqual({ read: true, write: false, count: false, work: true });
      await owner.query(`DROP OWNED BY ${role}`);
      await owner.query(`DROP ROLE ${role}`);
    });
  }
});
