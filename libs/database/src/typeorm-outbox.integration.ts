import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditEventRecorded, ListAuditEvents, type AuditEvent, type CallContract } from '#contracts';
import { AppError } from '#errors';
import { type DurablePublisher, type MessageClient, newCallContext } from '#messaging';
import { SilentLogger } from '#observability';
import { register } from 'prom-client';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { createDataSource } from './create-data-source.js';
import { OutboxRows } from './outbox-rows.js';
import { runMigrations } from './run-migrations.js';
import { DATABASES, type EmptyDatabase } from './testing/databases.js';
import { exampleDatabase } from './testing/example.js';
import { TypeOrmOutbox } from './typeorm-outbox.js';

function newEvent(requestId: string): AuditEvent {
  return {
    id: uuidv7(),
    realm: 'master',
    realm_id: null,
    type: 'client.created',
    outcome: 'success',
    reason: null,
    time: new Date().toISOString(),
    actor: { kind: 'system', id: null, client_id: null },
    client_id: null,
    subject_id: null,
    jti: null,
    target: null,
    ip: null,
    user_agent: null,
    request_id: requestId,
    trace_id: null,
    details: {},
  };
}

const listRequest = (realm: string) => ({
  realm,
  realmId: '00000000-0000-7000-8000-000000000000',
  page: { limit: 1, cursor: null },
  filter: {},
});

/** The bus as the outbox sees it: keeps what it took, and fails as told. */
class Bus {
  readonly sent: string[] = [];
  refuses: (what: string) => boolean = () => false;
  pauseMs = 0;

  readonly publisher: DurablePublisher = {
    publish: async (_contract, event) => this.take((event as AuditEvent).request_id),
  };
  readonly client: MessageClient = {
    call: async <C extends CallContract>(_contract: C, request: unknown) => {
      await this.take((request as { realm: string }).realm);
      return {} as never;
    },
  };

  private async take(what: string): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.pauseMs));
    if (this.refuses(what)) throw new AppError('unavailable');
    this.sent.push(what);
  }
}

describe.each(DATABASES)('the outbox on $name', ({ open }) => {
  let database: EmptyDatabase;
  let source: DataSource;
  let bus: Bus;
  let outbox: TypeOrmOutbox;

  const newOutbox = () => new TypeOrmOutbox(source, 'registry', bus.client, bus.publisher, new SilentLogger());
  const record = (name: string, from = outbox) =>
    source.transaction((manager) => from.record(manager, AuditEventRecorded, newEvent(name)));
  const call = (name: string) =>
    source.transaction((manager) => outbox.call(manager, ListAuditEvents, listRequest(name)));
  const pending = async (): Promise<number> =>
    Number((await source.query('SELECT count(*) AS count FROM registry.outbox'))[0].count);
  const flush = (from = outbox) => from.flush(newCallContext({ deadlineMs: 3_000 }));
  const eventually = async (check: () => Promise<boolean> | boolean): Promise<void> => {
    const end = Date.now() + 8_000;
    while (!(await check())) {
      if (Date.now() > end) throw new Error('it did not come about');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  beforeAll(async () => {
    database = await open();
    source = createDataSource({
      url: database.url,
      description: exampleDatabase,
      applicationName: 'chancery-test',
      poolSize: 6,
    });
    await source.initialize();
    await runMigrations(source, exampleDatabase);
  }, 60_000);
  beforeEach(() => {
    bus = new Bus();
    outbox = newOutbox();
  });
  afterEach(async () => {
    await outbox.stop();
    await source.query('DELETE FROM registry.outbox');
  });
  afterAll(async () => {
    await source.destroy();
    await database.remove();
  });

  it('sends what was committed, in order, and forgets it', async () => {
    for (const name of ['one', 'two', 'three']) await record(name);
    await call('clean-up');
    expect(bus.sent).toEqual([]);
    await flush();
    expect(bus.sent.filter((name) => name !== 'clean-up')).toEqual(['one', 'two', 'three']);
    expect(bus.sent).toContain('clean-up');
    expect(await pending()).toBe(0);
  });

  it('sends nothing of a transaction that was rolled back', async () => {
    const failing = source.transaction(async (manager) => {
      await outbox.record(manager, AuditEventRecorded, newEvent('never'));
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await flush();
    expect(bus.sent).toEqual([]);
  });

  it('sends nothing before the commit, and all that a transaction recorded after it', async () => {
    // Afterwards it knows that there is nothing to be looked for in the database, which has one session only where it is embedded.
    await flush();
    await source.transaction(async (manager) => {
      await outbox.record(manager, AuditEventRecorded, newEvent('first'));
      await manager.transaction((inner) => outbox.recordAll(inner, AuditEventRecorded, [newEvent('second')]));
      await flush();
      expect(bus.sent).toEqual([]);
    });
    await flush();
    expect(bus.sent).toEqual(['first', 'second']);
    expect(await pending()).toBe(0);
  });

  it('does not send what a savepoint took back', async () => {
    await source.transaction(async (manager) => {
      const inner = manager.transaction(async (nested) => {
        await outbox.record(nested, AuditEventRecorded, newEvent('taken back'));
        throw new Error('changed my mind');
      });
      await expect(inner).rejects.toThrow('changed my mind');
      await outbox.record(manager, AuditEventRecorded, newEvent('kept'));
    });
    await flush();
    expect(bus.sent).toEqual(['kept']);
    expect(await pending()).toBe(0);
  });

  it('refuses a message that breaks its contract, with the transaction', async () => {
    const event = { ...newEvent('bad'), time: 'yesterday' };
    await expect(
      source.transaction((manager) => outbox.record(manager, AuditEventRecorded, event)),
    ).rejects.toMatchObject({ code: 'internal', reason: 'outbox_message_breaks_contract' });
    expect(await pending()).toBe(0);
  });

  it('keeps what fails, lets the others pass, and tries again by itself', async () => {
    bus.refuses = (what) => what === 'stuck';
    await record('stuck');
    await record('free');
    await flush();
    expect(bus.sent).toEqual(['free']);
    expect(await pending()).toBe(1);
    bus.refuses = () => false;
    outbox.start();
    await eventually(() => bus.sent.includes('stuck'));
    await eventually(async () => (await pending()) === 0);
  });

  it('does not let calls to a slow service hold up events', async () => {
    bus.refuses = () => true;
    await call('slow');
    bus.refuses = (what) => what === 'slow';
    await record('event');
    await flush();
    expect(bus.sent).toEqual(['event']);
  });

  it('waits longer after each failure', async () => {
    bus.refuses = () => true;
    await record('stuck');
    const delays: number[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await source.query('UPDATE registry.outbox SET next_attempt_at = now()');
      await flush();
      const [row] = await source.query(
        'SELECT extract(epoch FROM next_attempt_at - now())::float AS delay, claimed_by FROM registry.outbox',
      );
      expect(row.claimed_by).toBeNull();
      delays.push(Math.ceil(row.delay));
    }
    expect(delays).toEqual([1, 2, 4]);
  });

  it('sends each message once while many flush at once, from two replicas', async () => {
    const other = newOutbox();
    bus.pauseMs = 3;
    await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        await record(`n${index}`, index % 2 === 0 ? outbox : other);
        await flush(index % 2 === 0 ? outbox : other);
      }),
    );
    await eventually(async () => (await pending()) === 0);
    expect([...bus.sent].sort()).toEqual(Array.from({ length: 40 }, (_, index) => `n${index}`).sort());
  });

  it('claims no more than it may, however few rows the database believes there are', async () => {
    const fill = () =>
      source.query(
        `INSERT INTO registry.outbox (id, kind, subject, payload)
         SELECT gen_random_uuid(), 'call', 'audit.moon.paint.v9', repeat('x', 200) FROM generate_series(1, 1000)`,
      );
    // As an outbox mostly is: it had many rows, all of them are gone, and the statistics are of then.
    await fill();
    await source.query('DELETE FROM registry.outbox');
    await source.query('ANALYZE registry.outbox');
    await fill();
    const rows = new OutboxRows(source, 'registry');
    expect(await rows.claim('call', uuidv7(), 8, 30)).toHaveLength(8);
  });

  it('has sent what the caller committed when flush returns, also while a pass is under way', async () => {
    bus.pauseMs = 50;
    await record('first');
    const first = flush();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await record('second');
    await flush();
    expect(bus.sent).toEqual(['first', 'second']);
    await first;
  });

  it('takes over what a dead replica had claimed, once its claim has run out', async () => {
    await record('orphan', newOutbox());
    await flush();
    expect(bus.sent).toEqual([]);
    await source.query(`UPDATE registry.outbox SET claimed_until = now() + interval '300 milliseconds'`);
    await flush();
    expect(bus.sent).toEqual([]);
    outbox.start();
    await eventually(() => bus.sent.includes('orphan'));
  });

  it('stops waiting when the deadline is near, and never throws', async () => {
    bus.pauseMs = 400;
    await record('late');
    const before = Date.now();
    await outbox.flush(newCallContext({ deadlineMs: 150 }));
    expect(Date.now() - before).toBeLessThan(350);
    await eventually(() => bus.sent.includes('late'));
  });

  it('leaves a subject that this release does not know to one that does', async () => {
    await source.query(
      `INSERT INTO registry.outbox (id, kind, subject, payload) VALUES ('${uuidv7()}', 'call', 'audit.moon.paint.v9', '{}')`,
    );
    await flush();
    expect(await pending()).toBe(1);
  });

  it('shows how much is waiting', async () => {
    bus.refuses = () => true;
    await record('stuck');
    outbox.start();
    await eventually(async () => (await register.metrics()).includes('chancery_outbox_pending{service="registry"} 1'));
  });
});
