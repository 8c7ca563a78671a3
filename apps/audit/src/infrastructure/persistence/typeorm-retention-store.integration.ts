import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SystemClock } from '#host';
import { newCallContext } from '#messaging';
import { SilentLogger } from '#observability';
import { v7 as uuidv7 } from 'uuid';
import { ApplyRetention } from '../../application/apply-retention.js';
import { ReadRetention } from '../../application/read-retention.js';
import { SetRetention } from '../../application/set-retention.js';
import { firstEventIdAt } from '../../domain/event-id.js';
import { wholeEvent } from '../../domain/event-text.js';
import type { RetentionStore } from '../../domain/retention-store.js';
import { AUDIT_DATABASES, type AuditTestDatabase } from '../../testing/audit-databases.js';
import { buildAuditEvent, entryOf } from '../../testing/build-audit-event.js';
import { EventAppender } from './event-appender.js';
import { MerkleNumbering } from './merkle-numbering.js';
import { TypeOrmAuditLog } from './typeorm-audit-log.js';
import { TypeOrmRetentionStore } from './typeorm-retention-store.js';

const DAY_MS = 86_400_000;
const clock = new SystemClock();
const context = () => newCallContext({ deadlineMs: 10_000 });
const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY_MS);
const dayOf = (time: Date): string => time.toISOString().slice(0, 10);
const actor = {
  kind: 'user' as const,
  id: 'u-1',
  clientId: 'admin-cli',
  realm: 'master',
  permissions: ['manage_events'],
  peer: { ip: '192.0.2.1', userAgent: null },
};

describe.each(AUDIT_DATABASES)('retention on %s', (_name, open) => {
  let database: AuditTestDatabase;
  let store: RetentionStore;
  let log: TypeOrmAuditLog;
  let apply: ApplyRetention;

  beforeAll(async () => {
    database = await open();
    const appender = new EventAppender(new MerkleNumbering());
    store = new TypeOrmRetentionStore(database.app, new MerkleNumbering(), appender);
    log = new TypeOrmAuditLog(database.app, appender);
    apply = new ApplyRetention(store, clock, new SilentLogger());
  }, 60_000);

  afterAll(async () => {
    await database.remove();
  });

  const set = (realmId: string, retention: '30d' | '90d' | '1y', ifVersion: number | null = null) =>
    new SetRetention(store, clock).execute({ actor, realm: 'acme', realmId, retention, ifVersion }, context());
  const add = async (realmId: string, time: Date): Promise<string> => {
    const event = buildAuditEvent({ realm_id: realmId, time: time.toISOString() });
    await log.append([entryOf(event)], []);
    return event.id;
  };
  const found = async (realmId: string, type?: string) =>
    (
      await log.list({ realmIds: [realmId], filter: type === undefined ? {} : { type }, limit: 100, after: null })
    ).events.map(wholeEvent);
  /** A decision of a hundred days ago, which nobody but the owner can make up, and only so. */
  const decideLongAgo = async (realmId: string, retention: string) => {
    await database.owner.query(`ALTER TABLE audit.retention_policies DISABLE TRIGGER retention_policies_clock`);
    await database.owner.query(
      `INSERT INTO audit.retention_policies (realm_id, version, retention, effective_from, decided_at)
       VALUES ($1, 1, $2, $3, $4)`,
      [realmId, retention, dayOf(daysAgo(99)), daysAgo(100).toISOString()],
    );
    await database.owner.query(`ALTER TABLE audit.retention_policies ENABLE TRIGGER retention_policies_clock`);
    await store.prepare();
  };
  const makePartition = async (retention: string, day: Date) => {
    const from = new Date(`${dayOf(day)}T00:00:00.000Z`);
    const name = `events_${retention}_${dayOf(day).replaceAll('-', '')}`;
    await database.owner.query(
      `CREATE TABLE IF NOT EXISTS audit."${name}" PARTITION OF audit."events_${retention}"
       FOR VALUES FROM ('${firstEventIdAt(from)}') TO ('${firstEventIdAt(new Date(from.getTime() + DAY_MS))}')`,
    );
    return name;
  };
  const classOf = async (id: string): Promise<unknown> => {
    const [row] = await database.owner.query<{ retention: string; place: string }[]>(
      `SELECT retention, tableoid::regclass::text AS place FROM audit.events WHERE id = $1`,
      [id],
    );
    return row?.retention;
  };

  it('holds from the next UTC day on, is recorded with before and after, and leaves what is recorded alone', async () => {
    const realm = uuidv7();
    const today = await add(realm, new Date());
    const decided = await set(realm, '90d');
    expect(decided).toEqual({
      retention: { retention: '90d', effective_from: dayOf(daysAgo(-1)), in_force: 'forever' },
      version: 1,
    });
    expect(await new ReadRetention(store, clock).execute({ realmId: realm })).toEqual(decided);
    const stillToday = await add(realm, new Date());
    const tomorrow = await add(realm, daysAgo(-1));
    expect([await classOf(today), await classOf(stillToday), await classOf(tomorrow)]).toEqual([
      'forever',
      'forever',
      '90d',
    ]);
    const [event] = await found(realm, 'audit.retention_changed');
    expect(event).toMatchObject({
      actor: { kind: 'user', id: 'u-1', client_id: 'admin-cli' },
      ip: '192.0.2.1',
      target: { kind: 'realm', id: realm },
      details: {
        changes: { retention: { before: 'forever', after: '90d' } },
        effective_from: decided.retention.effective_from,
      },
    });
    expect((await found(realm)).length).toBe(4);
  });

  it('changes and records nothing when nothing changes, and refuses an older version', async () => {
    const realm = uuidv7();
    await set(realm, '90d');
    expect((await set(realm, '90d')).version).toBe(1);
    await expect(set(realm, '1y', 0)).rejects.toMatchObject({ code: 'precondition_failed' });
    expect((await set(realm, '1y', 1)).version).toBe(2);
    expect(await found(realm, 'audit.retention_changed')).toHaveLength(2);
  });

  it('keeps an event once, however the policy changes between its deliveries', async () => {
    const realm = uuidv7();
    const entry = entryOf(buildAuditEvent({ realm_id: realm, time: daysAgo(-1).toISOString() }));
    await log.append([entry], []);
    await set(realm, '90d');
    expect(await log.append([entry], [])).toEqual({ appended: 0, duplicates: 1, conflicting: 0 });
  });

  it('drops what has expired, tells of it and keeps the rest', async () => {
    const [realm, other] = [uuidv7(), uuidv7()];
    await decideLongAgo(realm, '30d');
    await makePartition('30d', daysAgo(35));
    const unprepared = await add(realm, daysAgo(40));
    const expired = await add(realm, daysAgo(35));
    const young = await add(realm, daysAgo(10));
    const forever = await add(other, daysAgo(400));
    expect(await apply.execute()).toBe(2);
    const ids = (await found(realm)).map(({ id }) => id);
    expect(ids).toContain(young);
    expect(ids).not.toContain(unprepared);
    expect(ids).not.toContain(expired);
    expect((await found(other)).map(({ id }) => id)).toEqual([forever]);
    const told = await found(realm, 'audit.retention_applied');
    expect(told.map(({ details }) => details)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ retention: '30d', events: 1, leaves: [[0, 0]] }),
        expect.objectContaining({ retention: '30d', events: 1, partition: expect.stringMatching(/^expired_30d_2/) }),
      ]),
    );
    expect(told).toHaveLength(2);
    const ranges = await database.app.query<{ events: string; first_id: string }[]>(
      'SELECT events, first_id FROM audit.dropped_ranges WHERE realm_id = $1 ORDER BY first_id',
      [realm],
    );
    expect(ranges).toEqual([
      { events: '1', first_id: unprepared },
      { events: '1', first_id: expired },
    ]);
    for (const [table, begin] of [
      ['event_counts', 'hour'],
      ['event_day_counts', 'day'],
    ]) {
      const [counted] = await database.app.query<{ events: string }[]>(
        `SELECT sum(events) AS events FROM audit.${table} WHERE realm_id = $1 AND ${begin} < now() - interval '20 days'`,
        [realm],
      );
      expect(counted).toEqual({ events: null });
    }
    expect(await apply.execute()).toBe(0);
  });

  it('tells the places of what it drops as unbroken ranges', async () => {
    const realm = uuidv7();
    await decideLongAgo(realm, '30d');
    for (const leaf of [4, 5, 6, 9]) {
      await database.owner.query(
        `INSERT INTO audit.events (retention, id, realm_id, type, outcome, event, leaf_index, leaf_hash, personal_hash)
         VALUES ('30d', $1, $2, 'client.created', 'success', '{"realm":"acme"}', $3, '', '')`,
        [uuidv7({ msecs: daysAgo(50).getTime() }), realm, leaf],
      );
    }
    await apply.execute();
    const [event] = await found(realm, 'audit.retention_applied');
    expect(event?.['details']).toMatchObject({
      events: 4,
      leaves: [
        [4, 6],
        [9, 9],
      ],
    });
  });

  it('goes on where it was cut off, and drops nothing of which it could not tell', async () => {
    const realm = uuidv7();
    await decideLongAgo(realm, '30d');
    await add(realm, daysAgo(60));
    const waiting = await store.retire();
    expect(waiting).toHaveLength(1);
    await expect(
      store.drop(waiting[0] ?? '', () => {
        throw new Error('cut off');
      }),
    ).rejects.toThrow('cut off');
    expect(await store.retire()).toEqual(waiting);
    expect(await apply.execute()).toBe(1);
    expect(await found(realm, 'audit.retention_applied')).toHaveLength(1);
  });

  it('is told once when several replicas are at it', async () => {
    const realm = uuidv7();
    await decideLongAgo(realm, '30d');
    await add(realm, daysAgo(60));
    await Promise.all([apply.execute(), apply.execute(), apply.execute()]);
    await apply.execute();
    expect(await found(realm, 'audit.retention_applied')).toHaveLength(1);
  });
});
