import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDataSource, runMigrations } from '#database';
import { MasterKey } from '#envelope';
import { createTestDatabase, type TestDatabase } from '#testing';
import {
  formatVerifierKey,
  openCheckpoint,
  verifyConsistency,
  verifyExport,
  verifyInclusion,
  type ExportCursor,
  type ExportVerdict,
  type VerifierKey,
} from '#transparency';
import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { ProveConsistency } from '../../application/prove-consistency.js';
import { ProveEvent } from '../../application/prove-event.js';
import { ReadCheckpoint } from '../../application/read-checkpoint.js';
import { ReadExport } from '../../application/read-export.js';
import { SignCheckpoint } from '../../application/sign-checkpoint.js';
import { SignDueCheckpoints } from '../../application/sign-due-checkpoints.js';
import { buildAuditEvent, entryOf } from '../../testing/build-audit-event.js';
import { SealedCheckpointKeys } from '../keys/sealed-checkpoint-keys.js';
import { auditDatabase } from './database.js';
import { EventAppender } from './event-appender.js';
import { MerkleNumbering } from './merkle-numbering.js';
import { TypeOrmAuditLog } from './typeorm-audit-log.js';
import { TypeOrmCheckpoints } from './typeorm-checkpoints.js';
import { TypeOrmLogTrees } from './typeorm-log-trees.js';

/** One replica of the service, as far as the trees go. */
function replica(data: DataSource, masterKey: MasterKey) {
  const trees = new TypeOrmLogTrees(data);
  const checkpoints = new TypeOrmCheckpoints(data);
  const keys = new SealedCheckpointKeys(data, masterKey);
  const sign = new SignCheckpoint(trees, checkpoints, keys);
  return {
    log: new TypeOrmAuditLog(data, new EventAppender(new MerkleNumbering())),
    trees,
    checkpoints,
    keys,
    sign,
    signDue: new SignDueCheckpoints(trees, sign),
    proveEvent: new ProveEvent(trees, checkpoints, sign),
    proveConsistency: new ProveConsistency(trees, new ReadCheckpoint(checkpoints, sign)),
    readExport: new ReadExport(trees, checkpoints, sign),
  };
}

describe('the trees of the log', () => {
  const masterKey = new MasterKey(randomBytes(32).toString('base64'));
  let database: TestDatabase;
  let data: DataSource;
  let one: ReturnType<typeof replica>;
  let two: ReturnType<typeof replica>;
  let realm: { name: string; id: string };

  beforeAll(async () => {
    database = await createTestDatabase();
    data = await createDataSource({
      url: database.url,
      description: auditDatabase,
      applicationName: 'test',
      poolSize: 8,
    }).initialize();
    await runMigrations(data, auditDatabase);
    one = replica(data, masterKey);
    two = replica(data, masterKey);
  });

  afterAll(async () => {
    await data.destroy();
    await database.drop();
  });

  beforeEach(() => {
    realm = { name: 'acme', id: uuidv7() };
  });

  const events = (count: number) => Array.from({ length: count }, () => buildAuditEvent({ realm_id: realm.id }));
  const append = (count: number, by = one) => by.log.append(events(count).map(entryOf), []);
  const keyOf = async (): Promise<VerifierKey> => {
    const [published] = await one.keys.publishedOf(realm.id);
    if (published === undefined) throw new Error('no key was made');
    return published.key;
  };
  const lines = async (firstIndex = 0): Promise<string[]> => {
    const query = { realm, scope: null };
    const found: string[] = [];
    let cursor: ExportCursor | null = await one.readExport.begin({ ...query, firstIndex });
    while (cursor !== null) {
      const page = await two.readExport.page({ ...query, cursor, limits: { records: 100, bytes: 1e6 } });
      found.push(...page.lines);
      cursor = page.next;
    }
    return found;
  };
  const verified = async (exported: readonly string[]): Promise<ExportVerdict> => {
    const bytes = Buffer.from(exported.join(''));
    return verifyExport(
      (async function* () {
        yield await Promise.resolve(bytes);
      })(),
      { keys: [await keyOf()] },
    );
  };

  it('number what many replicas store at once without gap or repetition', async () => {
    const shared = events(40).map(entryOf);
    await Promise.all([
      one.log.append(shared, []),
      two.log.append(shared.toReversed(), []),
      ...Array.from({ length: 12 }, (_, at) => append(1 + at * 7, at % 2 === 0 ? one : two)),
    ]);
    const rows = await data.query<{ leaf_index: string }[]>(
      `SELECT leaf_index FROM audit.events WHERE realm_id = $1 ORDER BY leaf_index`,
      [realm.id],
    );
    expect(rows.map(({ leaf_index }) => Number(leaf_index))).toEqual(Array.from(rows.keys()));
    expect(rows).toHaveLength(40 + 12 + 7 * 66);
    expect(await verified(await lines())).toMatchObject({ ok: true, report: { records: rows.length } });
  });

  it('do not block each other across realms that come in any order', async () => {
    const realms = Array.from({ length: 6 }, () => uuidv7());
    const batch = (order: readonly string[]) =>
      order.flatMap((id) => [entryOf(buildAuditEvent({ realm_id: id })), entryOf(buildAuditEvent({ realm_id: id }))]);
    await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        (at % 2 === 0 ? one : two).log.append(batch(at % 3 === 0 ? realms : realms.toReversed()), []),
      ),
    );
    for (const id of realms) expect((await one.trees.head(id)).size).toBe(20);
  });

  it('prove every event under a checkpoint, and sign one for an event that has none', async () => {
    const stored = events(600);
    await one.log.append(stored.slice(0, 300).map(entryOf), []);
    await one.sign.execute(realm.id);
    await one.log.append(stored.slice(300).map(entryOf), []);
    const key = await keyOf();
    for (const at of [0, 1, 255, 256, 299, 300, 511, 599]) {
      const proof = await two.proveEvent.execute({ realm, id: stored[at]?.id ?? '', size: null });
      const { size, rootHash } = openCheckpoint(proof.checkpoint.note, [key]);
      const { leafIndex, leafHash } = proof.event;
      const claim = { leafIndex, leafHash, treeSize: size, rootHash, path: proof.inclusionPath };
      expect(verifyInclusion(claim)).toBe(true);
      expect(verifyInclusion({ ...claim, leafIndex: (leafIndex + 1) % size })).toBe(false);
    }
    const early = await one.proveEvent.execute({ realm, id: stored[7]?.id ?? '', size: 300 });
    expect(early.checkpoint.size).toBe(300);
    await expect(one.proveEvent.execute({ realm, id: stored[7]?.id ?? '', size: 301 })).rejects.toMatchObject({
      code: 'not_found',
    });
    const other = { name: 'other', id: uuidv7() };
    await expect(one.proveEvent.execute({ realm: other, id: stored[7]?.id ?? '', size: null })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('prove that they only grew', async () => {
    const sizes = [1, 100, 256, 257, 1_000];
    const signed = [];
    for (const [at, size] of sizes.entries()) {
      await append(size - (sizes[at - 1] ?? 0));
      signed.push(await one.sign.execute(realm.id));
    }
    for (const first of signed) {
      for (const second of signed.filter(({ size }) => size >= first.size)) {
        const query = { realm, scope: null, from: first.size, to: second.size };
        const { size1, size2, path } = await two.proveConsistency.execute(query);
        expect(verifyConsistency({ size1, root1: first.rootHash, size2, root2: second.rootHash, path })).toBe(true);
      }
    }
    await expect(one.proveConsistency.execute({ realm, scope: null, from: 2, to: 1_001 })).rejects.toMatchObject({
      code: 'validation_failed',
    });
  });

  it('sign what has grown, once, and keep what was signed', async () => {
    await append(3);
    expect(await one.trees.awaitingCheckpoint()).toContain(realm.id);
    await Promise.all([one.signDue.execute(), two.signDue.execute()]);
    expect(await one.trees.awaitingCheckpoint()).not.toContain(realm.id);
    await append(2);
    // Signed a moment ago: left in peace.
    expect(await one.trees.awaitingCheckpoint()).not.toContain(realm.id);
    expect((await one.checkpoints.list(realm.id, null, 10)).map(({ size }) => size)).toEqual([3]);
    for (const table of ['checkpoints', 'tree_growth', 'tree_nodes', 'checkpoint_keys']) {
      await expect(data.query(`DELETE FROM audit.${table}`)).rejects.toThrow(/append-only/);
    }
  });

  it('sign what has grown though the clock was put back since the last checkpoint', async () => {
    await append(3);
    await one.sign.execute(realm.id);
    await append(2);
    const runner = data.createQueryRunner();
    await runner.query(`SET session_replication_role = 'replica'`);
    await runner.query(`UPDATE audit.checkpoints SET signed_at = now() + interval '1 year' WHERE realm_id = $1`, [
      realm.id,
    ]);
    await runner.query(`SET session_replication_role = 'origin'`);
    await runner.release();
    expect(await two.trees.awaitingCheckpoint()).toContain(realm.id);
  });

  it('have a key each, of which one stays when two replicas make it at once', async () => {
    const signers = await Promise.all([one, two, one, two].map(({ keys }) => keys.signerOf(realm.id)));
    const names = new Set(signers.map(({ verifier }) => formatVerifierKey(verifier)));
    expect([...names]).toEqual([formatVerifierKey(await keyOf())]);
    expect([...names][0]).toContain(`chancery/audit/${realm.id}+`);
    const stranger = replica(data, new MasterKey(randomBytes(32).toString('base64')));
    await expect(stranger.keys.signerOf(realm.id)).rejects.toMatchObject({ code: 'internal' });
  });

  it('export from anywhere on', async () => {
    await append(300);
    for (const first of [0, 1, 256, 299, 300]) {
      expect(await verified(await lines(first))).toMatchObject({ ok: true, report: { records: 300 - first } });
    }
    await expect(one.readExport.begin({ realm, scope: null, firstIndex: 301 })).rejects.toMatchObject({
      code: 'validation_failed',
    });
  });

  describe('when somebody with every right of the database changes the log', () => {
    const tamper = async (...statements: readonly [sql: string, ...parameters: unknown[]][]): Promise<void> => {
      // What a superuser can do: no trigger runs.
      const runner = data.createQueryRunner();
      try {
        await runner.query(`SET session_replication_role = 'replica'`);
        for (const [sql, ...parameters] of statements) await runner.query(sql, parameters);
      } finally {
        await runner.query(`SET session_replication_role = 'origin'`);
        await runner.release();
      }
    };
    let ids: readonly string[];

    beforeEach(async () => {
      const stored = events(300);
      ids = stored.map(({ id }) => id).sort();
      await one.log.append(stored.slice(0, 150).map(entryOf), []);
      await one.sign.execute(realm.id);
      await one.log.append(stored.slice(150).map(entryOf), []);
      const placed = await one.trees.records(realm.id, 0, 300, 300);
      ids = placed.map(({ event }) => (JSON.parse(event) as { id: string }).id);
    });

    it('names the record that was altered', async () => {
      await tamper([`UPDATE audit.events SET event = replace(event, 'billing', 'nobody') WHERE id = $1`, ids[37]]);
      expect(await verified(await lines())).toMatchObject({
        ok: false,
        problem: { kind: 'altered', firstIndex: 37, lastIndex: 37, eventId: ids[37] },
      });
    });

    it('gives no proof of what was altered or inserted', async () => {
      const proof = one.proveEvent.execute({ realm, id: ids[38] ?? '', size: null });
      await expect(proof).resolves.toMatchObject({ event: { leafIndex: 38 } });
      await tamper(
        [`UPDATE audit.events SET event = replace(event, 'billing', 'nobody') WHERE id = $1`, ids[37]],
        [`UPDATE audit.events SET leaf_index = 38 WHERE id = $1`, ids[39]],
      );
      for (const id of [ids[37], ids[39]]) {
        await expect(one.proveEvent.execute({ realm, id: id ?? '', size: null })).rejects.toMatchObject({
          code: 'conflict',
          reason: 'event_not_in_tree',
        });
      }
    });

    it('names the record whose personal data were altered', async () => {
      await tamper([
        `UPDATE audit.events SET personal = replace(personal, '192.0.2.1', '192.0.2.9') WHERE id = $1`,
        ids[5],
      ]);
      expect(await verified(await lines())).toMatchObject({ problem: { kind: 'altered', firstIndex: 5 } });
    });

    it('names the record that was altered with its hash', async () => {
      await tamper([
        `UPDATE audit.events SET event = replace(event, 'billing', 'nobody'), leaf_hash = sha256(convert_to(
           chr(1) || '{"event":' || replace(event, 'billing', 'nobody') || ',"personal_hash":"'
             || encode(personal_hash, 'base64') || '"}', 'UTF8')) WHERE id = $1`,
        ids[200],
      ]);
      expect(await verified(await lines())).toMatchObject({ problem: { kind: 'altered', firstIndex: 200 } });
    });

    it('names the record that two changed places with', async () => {
      await tamper([
        `UPDATE audit.events SET leaf_index = 21 - leaf_index WHERE realm_id = $1 AND leaf_index IN (10, 11)`,
        realm.id,
      ]);
      expect(await verified(await lines())).toMatchObject({ problem: { firstIndex: 10, lastIndex: 10 } });
    });

    it('names the record that is gone', async () => {
      await tamper([`DELETE FROM audit.events WHERE id = ANY($1::uuid[])`, [ids[60], ids[61]]]);
      expect(await verified(await lines())).toMatchObject({
        problem: { kind: 'missing', firstIndex: 60, lastIndex: 60 },
      });
    });

    it('names the record whose personal data are gone', async () => {
      await tamper([
        `UPDATE audit.events SET personal = NULL, personal_salt = NULL, ip = NULL, erased_at = now() WHERE id = $1`,
        ids[70],
      ]);
      expect(await verified(await lines())).toMatchObject({ problem: { kind: 'unaccounted', firstIndex: 70 } });
    });

    it.each([
      ['id', `overlay(id::text placing 'ffff' from 33)::uuid`],
      ['type', `'realm.updated'`],
      ['outcome', `CASE outcome WHEN 'success' THEN 'failure' ELSE 'success' END`],
      ['actor_id', `'somebody else'`],
      ['client_id', `NULL`],
      ['subject_id', `'somebody else'`],
      ['target_id', `'somebody else'`],
      ['jti', `'another'`],
      ['ip', `'198.51.100.1'`],
      ['erased_at', `now()`],
    ])('names the record that searches are misled about by its column %s', async (column, value) => {
      await tamper([`UPDATE audit.events SET ${column} = ${value} WHERE id = $1`, ids[23]]);
      const verdict = await verified(await lines());
      expect(verdict).toMatchObject({ problem: { kind: 'altered', firstIndex: 23, lastIndex: 23, eventId: ids[23] } });
      expect(verdict.ok ? '' : verdict.problem.message).toMatch(new RegExp(`: ${column}$`));
    });

    it('names the record that was filed to be dropped before its time', async () => {
      await data.query(
        `INSERT INTO audit.retention_policies (realm_id, version, retention, effective_from)
         VALUES ($1, 1, '30d', (now() AT TIME ZONE 'UTC')::date + 1)`,
        [uuidv7()],
      );
      await data.query('SELECT audit.ensure_partitions()');
      await tamper([`UPDATE audit.events SET retention = '30d' WHERE id = $1`, ids[23]]);
      expect(await verified(await lines())).toMatchObject({ problem: { kind: 'altered', firstIndex: 23 } });
    });

    it.each([-1, 300, 2 ** 40])('names the event that was put where the tree has no leaf, at %i', async (place) => {
      const stray = uuidv7();
      const row = `$1, realm_id, ${String(place)}, retention, type, outcome, leaf_hash, personal_hash, personal_salt, personal,
        replace(event, id::text, $1::text)`;
      await tamper([
        `INSERT INTO audit.events (id, realm_id, leaf_index, retention, type, outcome, leaf_hash, personal_hash, personal_salt,
           personal, event) SELECT ${row.replaceAll('$1', `'${stray}'`)} FROM audit.events WHERE id = $1`,
        ids[23],
      ]);
      expect(await verified(await lines())).toMatchObject({
        problem: { kind: 'unexpected', firstIndex: place, eventId: stray },
      });
      await expect(one.proveEvent.execute({ realm, id: stray, size: null })).rejects.toMatchObject({
        code: 'not_found',
        reason: 'stray_event',
      });
    });

    it('names the first record whose hash was taken out of the tree', async () => {
      await tamper([`DELETE FROM audit.tree_growth WHERE realm_id = $1 AND first_index = 150`, realm.id]);
      await one.log.append(events(3).map(entryOf), []);
      expect(await verified(await lines())).toMatchObject({ problem: { firstIndex: 150, lastIndex: 150 } });
    });

    it('finds the signed checkpoints between which the tree itself was changed', async () => {
      await tamper([
        `UPDATE audit.tree_growth SET leaf_hashes = overlay(leaf_hashes placing decode(repeat('00', 32), 'hex') from 1)
          WHERE realm_id = $1 AND first_index = 0`,
        realm.id,
      ]);
      expect(await verified(await lines())).toMatchObject({ ok: false, problem: { firstIndex: 0, lastIndex: 0 } });
    });
  });
});
