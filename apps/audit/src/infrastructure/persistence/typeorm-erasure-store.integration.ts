import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Outbox } from '#database';
import { MasterKey } from '#envelope';
import type { EraseAuditPersonalData, RequestOf } from '#contracts';
import { newCallContext } from '#messaging';
import { verifyExport, type ExportCursor, type ExportVerdict } from '#transparency';
import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { ErasePersonalData } from '../../application/erase-personal-data.js';
import { ReadExport } from '../../application/read-export.js';
import { SignCheckpoint } from '../../application/sign-checkpoint.js';
import { wholeEvent } from '../../domain/event-text.js';
import { AUDIT_DATABASES, type AuditTestDatabase } from '../../testing/audit-databases.js';
import { buildAuditEvent, entryOf } from '../../testing/build-audit-event.js';
import { SealedCheckpointKeys } from '../keys/sealed-checkpoint-keys.js';
import { EventAppender } from './event-appender.js';
import { MerkleNumbering } from './merkle-numbering.js';
import { TypeOrmAuditLog } from './typeorm-audit-log.js';
import { TypeOrmCheckpoints } from './typeorm-checkpoints.js';
import { TypeOrmErasureStore } from './typeorm-erasure-store.js';
import { TypeOrmLogTrees } from './typeorm-log-trees.js';

/** The calls that are in the outbox when their transactions commit. */
class Promised extends Outbox {
  readonly calls: unknown[] = [];
  broken = false;

  record(): Promise<void> {
    return Promise.reject(new Error('nothing is recorded here'));
  }

  call(_manager: unknown, _contract: unknown, request: unknown): Promise<void> {
    if (this.broken) return Promise.reject(new Error('no outbox'));
    this.calls.push(request);
    return Promise.resolve();
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }
}

/** The service on such a database. */
function service(database: AuditTestDatabase) {
  const { app } = database;
  const appender = new EventAppender(new MerkleNumbering());
  const trees = new TypeOrmLogTrees(app);
  const checkpoints = new TypeOrmCheckpoints(app);
  const keys = new SealedCheckpointKeys(app, new MasterKey(randomBytes(32).toString('base64')));
  const promised = new Promised();
  const store = new TypeOrmErasureStore(app, appender, promised);
  return {
    log: new TypeOrmAuditLog(app, appender),
    keys,
    store,
    promised,
    erase: new ErasePersonalData(store, { now: () => new Date() }),
    readExport: new ReadExport(trees, checkpoints, new SignCheckpoint(trees, checkpoints, keys)),
  };
}

describe.each(AUDIT_DATABASES)('erasing personal data in %s', (_name, start) => {
  let database: AuditTestDatabase;
  let on: ReturnType<typeof service>;
  let realm: { name: string; id: string };
  let subject: string;

  beforeAll(async () => {
    database = await start();
    on = service(database);
  }, 60_000);

  afterAll(async () => {
    await database.remove();
  });

  beforeEach(() => {
    realm = { name: 'acme', id: uuidv7() };
    subject = uuidv7();
  });

  const erase = (reason = 'a demand', realmId = realm.id, subjectId = subject) =>
    on.erase.execute(
      {
        actor: {
          kind: 'user',
          id: uuidv7(),
          clientId: 'admin-cli',
          realm: realm.name,
          permissions: ['manage_events'],
          peer: { ip: '192.0.2.7', userAgent: 'curl' },
        },
        realm: realm.name,
        realmId,
        subjectId,
        reason,
      },
      newCallContext({ deadlineMs: 10_000 }),
    );
  const found = (filter: object) =>
    on.log.list({ realmIds: [realm.id], filter, limit: 50, after: null }).then(({ events }) => events.map(wholeEvent));
  const about = () => [
    buildAuditEvent({ realm_id: realm.id, actor: { client_id: null, id: subject, kind: 'user' } }),
    buildAuditEvent({ realm_id: realm.id, subject_id: subject }),
    buildAuditEvent({ realm_id: realm.id, type: 'user.updated', target: { id: subject, kind: 'user' } }),
  ];
  const verified = async (): Promise<ExportVerdict> => {
    const query = { realm, scope: null };
    const lines: string[] = [];
    let cursor: ExportCursor | null = await on.readExport.begin({ ...query, firstIndex: 0 });
    while (cursor !== null) {
      const page = await on.readExport.page({ ...query, cursor, limits: { records: 100, bytes: 1e6 } });
      lines.push(...page.lines);
      cursor = page.next;
    }
    const [published] = await on.keys.publishedOf(realm.id);
    if (published === undefined) throw new Error('no key was made');
    const bytes = Buffer.from(lines.join(''));
    return verifyExport(
      (async function* () {
        yield await Promise.resolve(bytes);
      })(),
      { keys: [published.key] },
    );
  };

  it('takes it from events by, about and on somebody, and from no others', async () => {
    const mine = about();
    const others = [
      buildAuditEvent({ realm_id: realm.id, subject_id: uuidv7() }),
      // Names the subject where a stranger could write it, and as the target of another kind.
      buildAuditEvent({ realm_id: realm.id, details: { note: `"target":{"id":"${subject}","kind":"user"}` } }),
      buildAuditEvent({ realm_id: realm.id, target: { id: subject, kind: 'realm' } }),
    ];
    const elsewhere = buildAuditEvent({ realm_id: uuidv7(), subject_id: subject });
    await on.log.append([...mine, ...others, elsewhere].map(entryOf), []);

    expect(await erase()).toEqual({ erased: 3, finished: true });
    for (const { id } of mine) {
      const stored = await on.log.read([realm.id], id);
      expect(stored?.personal).toBeNull();
      const shown = stored === null ? {} : wholeEvent(stored);
      expect(shown).toMatchObject({ id, ip: null, user_agent: null, erased_at: expect.any(String) });
    }
    for (const event of [...others, elsewhere]) {
      const stored = await on.log.read([event.realm_id ?? ''], event.id);
      expect(stored === null ? null : wholeEvent(stored)).toMatchObject({ ip: '192.0.2.1', user_agent: 'curl/8.9' });
    }
    expect((await found({ ip: '192.0.2.1' })).map(({ id }) => id).sort()).toEqual(others.map(({ id }) => id).sort());
    const rows = await database.owner.query<object[]>(
      `SELECT personal, personal_salt, ip, ip_key, octet_length(personal_hash) AS hash FROM audit.events
        WHERE realm_id = $1 AND erased_at IS NOT NULL`,
      [realm.id],
    );
    const empty = { personal: null, personal_salt: null, ip: null, ip_key: null, hash: 32 };
    expect(rows).toEqual([empty, empty, empty]);
  });

  it('tells of itself once, and erases no more the second time', async () => {
    const mine = about();
    await on.log.append(mine.map(entryOf), []);
    expect([await erase(), await erase(), await erase()].map(({ erased }) => erased)).toEqual([3, 0, 0]);
    const told = await found({ type: 'audit.personal_data_erased' });
    const ids = mine.map(({ id }) => id).sort();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      subject_id: subject,
      ip: '192.0.2.7',
      details: { reason: 'a demand', events: 3, first_event: ids[0], last_event: ids.at(-1) },
    });
    const [row] = await database.owner.query<{ retention: string }[]>(
      `SELECT retention FROM audit.events WHERE realm_id = $1 AND type = 'audit.personal_data_erased'`,
      [realm.id],
    );
    expect(row).toEqual({ retention: 'forever' });
    const late = buildAuditEvent({ realm_id: realm.id, subject_id: subject });
    await on.log.append([late, ...mine].map(entryOf), []);
    expect(await erase()).toEqual({ erased: 1, finished: true });
    await expect(erase('a demand', uuidv7())).rejects.toMatchObject({ code: 'not_found' });
    await expect(erase('a demand', realm.id, uuidv7())).rejects.toMatchObject({ code: 'not_found' });
  });

  it('takes no more at once than it is told, and nothing without what tells of it', async () => {
    await on.log.append(about().map(entryOf), []);
    const step = { realmId: realm.id, subjectId: subject, most: 2, after: null };
    const tell = () => entryOf(buildAuditEvent({ realm_id: realm.id, ip: null }));
    const untold = on.store.erase(
      step,
      () => {
        throw new Error('cut off');
      },
      null,
    );
    await expect(untold).rejects.toThrow('cut off');
    expect(await found({ ip: '192.0.2.1' })).toHaveLength(3);
    const rest = { subjectId: subject } as RequestOf<typeof EraseAuditPersonalData>;
    on.promised.broken = true;
    await expect(on.store.erase(step, tell, rest)).rejects.toThrow('no outbox');
    on.promised.broken = false;
    expect(await found({ ip: '192.0.2.1' })).toHaveLength(3);
    const first = await on.store.erase(step, tell, rest);
    expect(first).toMatchObject({ events: 2 });
    expect(on.promised.calls).toEqual([rest]);
    // The rest is beyond what was found, and less than a portion: no more is promised.
    const after = first?.lastEvent ?? null;
    expect(await on.store.erase({ ...step, after }, tell, rest)).toMatchObject({ events: 1 });
    expect(await on.store.erase(step, tell, rest)).toBeNull();
    expect(on.promised.calls).toEqual([rest]);
  });

  it('does nothing twice when it is asked for twice at once', async () => {
    await on.log.append(about().map(entryOf), []);
    const answers = await Promise.all([erase(), erase(), erase()]);
    expect(answers.map(({ erased }) => erased).sort()).toEqual([0, 0, 3]);
    expect(await found({ type: 'audit.personal_data_erased' })).toHaveLength(1);
  });

  it('leaves the log verifiable, and tampering with what was erased is still named', async () => {
    const mine = about();
    await on.log.append(
      [...mine, ...Array.from({ length: 5 }, () => buildAuditEvent({ realm_id: realm.id }))].map(entryOf),
      [],
    );
    await erase();
    expect(await verified()).toMatchObject({ ok: true, report: { records: 9 } });
    const id = mine[1]?.id;
    const runner = database.owner.createQueryRunner();
    try {
      // What the owner of the table can do: the guard is away.
      await runner.query(`ALTER TABLE audit.events DISABLE TRIGGER events_append_only`);
      await runner.query(`UPDATE audit.events SET event = replace(event, 'billing', 'nobody') WHERE id = $1`, [id]);
    } finally {
      await runner.query(`ALTER TABLE audit.events ENABLE TRIGGER events_append_only`);
      await runner.release();
    }
    expect(await verified()).toMatchObject({ ok: false, problem: { kind: 'altered', eventId: id } });
  });
});
