import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MemorySnapshotStore } from '#cache';
import {
  AuditEventRecorded,
  CreateWebhook,
  DeleteWebhook,
  EraseAuditPersonalData,
  ListAuditEvents,
  ListWebhookDeliveries,
  ListWebhooks,
  ReadWebhook,
  RetryWebhookDelivery,
  UpdateWebhook,
  type Actor,
  type AuditEvent,
} from '#contracts';
import { Clock, startService, type RunningService } from '#host';
import { createDataSource, TypeOrmOutbox } from '#database';
import { ContractMessageClient, InProcessTransport, newCallContext, TransportDurablePublisher } from '#messaging';
import { Readiness, SilentLogger } from '#observability';
import { createTestDatabase, type TestDatabase } from '#testing';
import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { register } from 'prom-client';
import { v7 as uuidv7 } from 'uuid';
import { auditService } from './audit.service.js';
import { auditDatabase } from './infrastructure/persistence/database.js';
import { EventAppender } from './infrastructure/persistence/event-appender.js';
import { MerkleNumbering } from './infrastructure/persistence/merkle-numbering.js';
import { TypeOrmErasureStore } from './infrastructure/persistence/typeorm-erasure-store.js';
import { buildAuditEvent, entryOf } from './testing/build-audit-event.js';
import { Receiver } from './testing/receiver.js';

/** The machine's clock, ahead by as much as a test wants. */
class ShiftedClock extends Clock {
  aheadMs = 0;

  now(): Date {
    return new Date(Date.now() + this.aheadMs);
  }
}

const context = () => newCallContext({ deadlineMs: 10_000 });
const actor: Actor = {
  ...{ kind: 'user', id: uuidv7(), clientId: 'admin-cli', realm: 'acme', permissions: ['manage_webhooks'] },
  peer: { ip: '192.0.2.9', userAgent: null },
};

async function until<T>(look: () => Promise<T> | T, good: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const value = await look();
    if (good(value)) return value;
    if (Date.now() > deadline) throw new Error(`still ${(JSON.stringify(value) ?? '').slice(0, 500)}`);
    await sleep(50);
  }
}

jest.setTimeout(30_000);

describe('forwarding', () => {
  let database: TestDatabase;
  let collector: Receiver;
  const services: RunningService[] = [];
  const transport = new InProcessTransport();
  const client = new ContractMessageClient(transport, 'gateway');
  const publisher = new TransportDurablePublisher(transport, 'gateway');
  const clock = new ShiftedClock();
  const masterKey = randomBytes(32).toString('base64');
  const receivers: Receiver[] = [];
  const syslog = createServer();
  const syslogText: string[] = [];
  let syslogWorks = true;

  const start = async (): Promise<RunningService> => {
    const service = await startService(auditService, {
      ...{ transport, snapshotStore: new MemorySnapshotStore(), databaseUrl: database.url, databasePoolSize: 4, clock },
      ...{ logger: new SilentLogger(), readiness: new Readiness(), migrate: true, snapshotCacheBytes: 1_000_000 },
      environment: {
        CHANCERY_MASTER_KEY: masterKey,
        CHANCERY_WEBHOOK_ALLOW_HTTP: 'true',
        CHANCERY_WEBHOOK_ALLOW_PRIVATE_ADDRESSES: 'true',
        CHANCERY_WEBHOOK_RETRY_SECONDS: '60',
        CHANCERY_AUDIT_OTLP_URL: collector.url,
        CHANCERY_AUDIT_SYSLOG_URL: `tcp://127.0.0.1:${String((syslog.address() as AddressInfo).port)}`,
      },
    });
    services.push(service);
    return service;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    collector = await new Receiver().start();
    collector.answer = 200;
    syslog.on('connection', (socket) => {
      socket.on('error', () => undefined);
      if (!syslogWorks) socket.destroy();
      let text = '';
      socket.on('data', (chunk) => (text += String(chunk)));
      socket.on('end', () => syslogText.push(text));
    });
    syslog.listen(0, '127.0.0.1');
    await once(syslog, 'listening');
    await start();
  });

  afterEach(() => {
    for (const receiver of receivers.splice(0)) receiver.stop();
  });

  afterAll(async () => {
    for (const service of services) await service.stop();
    await transport.drain();
    await database.drop();
    collector.stop();
    syslog.close();
  });

  const receiver = async (): Promise<Receiver> => {
    const made = await new Receiver().start();
    receivers.push(made);
    return made;
  };
  const newRealm = () => ({ actor, realmId: uuidv7(), realmName: 'acme' });
  const create = (realm: ReturnType<typeof newRealm>, url: string, eventTypes: string[] | null = null) =>
    client.call(CreateWebhook, { ...realm, url, description: null, eventTypes, enabled: true }, context());
  const record = async (
    realmId: string,
    count: number,
    overrides: Partial<AuditEvent> = {},
  ): Promise<readonly string[]> => {
    const events = Array.from({ length: count }, () => buildAuditEvent({ realm_id: realmId, ...overrides }));
    await Promise.all(events.map((event) => publisher.publish(AuditEventRecorded, event, context())));
    return events.map(({ id }) => id);
  };
  const deliveries = (realmId: string, webhookId: string, status: 'dead' | 'pending' | null = null) =>
    client.call(ListWebhookDeliveries, { realmId, webhookId, status, page: { limit: 200, cursor: null } }, context());

  it('sends nothing personal of what was erased while it waited', async () => {
    const at = await receiver();
    const realm = newRealm();
    const subject = uuidv7();
    await create(realm, at.url, ['token.issued']);
    // A receiver that takes its time: the first messages have reached it, the others wait for them.
    at.answer = null;
    const [ip, agent] = [`192.0.2.${String(Math.floor(Math.random() * 250))}`, `agent-${uuidv7()}`];
    await record(realm.realmId, 40, { subject_id: subject, ip, user_agent: agent });
    await until(
      () => at.received.length,
      (count) => count >= 8,
    );
    const sinksToo = collector.received.length;
    const request = { actor, realm: 'acme', realmId: realm.realmId, subjectId: subject, reason: 'a demand' };
    expect(await client.call(EraseAuditPersonalData, request, context())).toEqual({ erased: 40, finished: true });
    const before = at.received.length;
    at.release(204);
    await until(
      () => at.eventIds.length,
      (count) => count === 40,
    );
    expect(before).toBeLessThan(40);
    expect(at.received.slice(before).filter(({ text }) => text.includes(agent))).toEqual([]);
    expect(collector.received.slice(sinksToo).filter(({ text }) => text.includes(agent))).toEqual([]);
  });

  it('has another process finish an erasure whose first part was all that somebody lived to do', async () => {
    const realm = newRealm();
    const subject = uuidv7();
    const ids = await record(realm.realmId, 25, { subject_id: subject });
    const data = await createDataSource({
      ...{ url: database.url, description: auditDatabase, applicationName: 'test', poolSize: 2 },
    }).initialize();
    const dead = new TypeOrmErasureStore(
      data,
      new EventAppender(new MerkleNumbering()),
      new TypeOrmOutbox(data, 'audit', client, publisher, new SilentLogger()),
    );
    const request = { actor, realm: 'acme', realmId: realm.realmId, subjectId: subject, reason: 'a demand' };
    const tell = () => entryOf(buildAuditEvent({ realm_id: realm.realmId, ip: null }));
    const step = { realmId: realm.realmId, subjectId: subject, most: 10, after: null };
    expect(await dead.erase(step, tell, request)).toMatchObject({ events: 10 });
    await data.destroy();
    const page = { limit: 50, cursor: null };
    const filter = { subjectId: subject, type: 'token.issued' };
    const left = async () => {
      const list = await client.call(
        ListAuditEvents,
        { realm: 'acme', realmId: realm.realmId, filter, page },
        context(),
      );
      return list.items.filter(({ ip }) => ip !== null).length;
    };
    expect(ids).toHaveLength(25);
    await until(left, (count) => count === 0);
  });

  it('sends each event of the realm that enters the log from then on, signed with the secret that was shown', async () => {
    const at = await receiver();
    const realm = newRealm();
    await record(realm.realmId, 3);
    const { webhook, secret: shown } = await create(realm, at.url);
    const secret = shown ?? '';
    const ids = await record(realm.realmId, 250);
    await record(uuidv7(), 5);
    await until(
      () => at.eventIds.length,
      (count) => count >= 251,
    );
    await sleep(300);
    // The record of the webhook's own making is in the log too.
    const made = await client.call(
      ListAuditEvents,
      { realm: 'acme', realmId: realm.realmId, page: { limit: 10, cursor: null }, filter: { type: 'webhook.created' } },
      context(),
    );
    expect(made.items[0]).toMatchObject({
      target: { kind: 'webhook', id: webhook.id },
      details: { webhook: { secret: '***' } },
    });
    expect([...at.eventIds].sort()).toEqual([...ids, made.items[0]?.id].sort());
    expect(at.received).toHaveLength(251);
    for (const { headers, text } of at.received) {
      const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${text}`;
      const signature = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
        .update(content)
        .digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${signature}`);
      expect(JSON.parse(text)).toMatchObject({ data: { id: headers['webhook-id'], realm_id: realm.realmId } });
    }
    const read = await client.call(ReadWebhook, { realmId: realm.realmId, id: webhook.id }, context());
    expect(read).toMatchObject({ pending: 0, dead: 0, failingSince: null, lastDeliveredAt: expect.any(String) });
    expect(JSON.stringify([read, made, webhook])).not.toContain(secret.slice(6));
    expect(JSON.stringify(await rowsOf(database, 'audit.webhooks'))).not.toContain(secret.slice(6));
  });

  it('sends only the types that are wanted', async () => {
    const at = await receiver();
    const realm = newRealm();
    await create(realm, at.url, ['client.*', 'token.refused']);
    await record(realm.realmId, 5);
    const refused = await record(realm.realmId, 1, { type: 'token.refused' });
    const updated = await record(realm.realmId, 1, { type: 'client.updated' });
    await until(
      () => at.eventIds.length,
      (count) => count === 2,
    );
    expect([...at.eventIds].sort()).toEqual([...refused, ...updated].sort());
  });

  it('keeps what a receiver would not take, tries again later and later, and loses nothing', async () => {
    const at = await receiver();
    at.answer = 500;
    const realm = newRealm();
    const { webhook } = await create(realm, at.url, ['token.issued']);
    const ids = await record(realm.realmId, 40);
    const failing = await until(
      () => client.call(ReadWebhook, { realmId: realm.realmId, id: webhook.id }, context()),
      ({ pending }) => pending > 0,
    );
    // One round of messages meets a receiver that fails; the rest waits in the log.
    expect(failing).toMatchObject({
      pending: 8,
      dead: 0,
      failingSince: expect.any(String),
      lastError: 'it answered 500',
    });
    await sleep(1_500);
    expect(at.received).toHaveLength(8);
    at.answer = 204;
    clock.aheadMs += 10_000;
    await until(
      () => at.received.length,
      (count) => count >= 48,
    );
    expect([...at.eventIds].sort()).toEqual([...ids].sort());
    await until(
      () => client.call(ReadWebhook, { realmId: realm.realmId, id: webhook.id }, context()),
      (read) => read.pending === 0 && read.failingSince === null,
    );
  });

  it('does not wait for a clock that was put back to catch up', async () => {
    const at = await receiver();
    at.answer = 500;
    const realm = newRealm();
    const { webhook } = await create(realm, at.url, ['token.issued']);
    const before = clock.aheadMs;
    clock.aheadMs += 400 * 86_400_000;
    const [id = ''] = await record(realm.realmId, 1);
    await until(
      () => deliveries(realm.realmId, webhook.id, 'pending'),
      ({ total }) => total === 1,
    );
    clock.aheadMs = before;
    at.answer = 204;
    await until(
      () => deliveries(realm.realmId, webhook.id),
      ({ total }) => total === 0,
    );
    expect(at.eventIds).toEqual([id]);
    // Somebody who died with the clock ahead seems to hold it for ever.
    const data = await createDataSource({
      ...{ url: database.url, description: auditDatabase, applicationName: 'test', poolSize: 1 },
    }).initialize();
    const [, held] = await data.query<[unknown[], number]>(
      `UPDATE audit.forward_sinks SET lease_holder = $2, lease_until = now() + interval '1 year' WHERE sink = $1`,
      [`webhook:${webhook.id}`, uuidv7()],
    );
    await data.destroy();
    expect(held).toBe(1);
    const [next = ''] = await record(realm.realmId, 1);
    await until(
      () => at.eventIds,
      (got) => got.includes(next),
    );
  });

  it('gives up in the end, shows what is dead, and tries it again when told to', async () => {
    const at = await receiver();
    at.stop();
    const realm = newRealm();
    const { webhook } = await create(realm, at.url, ['token.issued']);
    const [id = ''] = await record(realm.realmId, 1);
    const dead = await until(
      async () => {
        clock.aheadMs += 30_000;
        await sleep(100);
        return deliveries(realm.realmId, webhook.id, 'dead');
      },
      ({ total }) => total === 1,
    );
    expect(dead.items[0]).toMatchObject({
      eventId: id,
      status: 'dead',
      nextAttemptAt: null,
      lastError: 'it refused the connection',
    });
    expect(dead.items[0]?.attempts).toBeGreaterThan(1);
    expect(await register.metrics()).toMatch(/chancery_audit_webhook_dead_total [1-9]/);
    await at.start();
    const again = { ...realm, webhookId: webhook.id, id: dead.items[0]?.id ?? '' };
    expect(await client.call(RetryWebhookDelivery, again, context())).toMatchObject({ status: 'pending' });
    await until(
      () => at.eventIds,
      (got) => got.includes(id),
    );
    await until(
      () => deliveries(realm.realmId, webhook.id),
      ({ total }) => total === 0,
    );
    await expect(client.call(RetryWebhookDelivery, again, context())).rejects.toMatchObject({ code: 'not_found' });
  });

  it('lets no receiver that hangs delay another one, or the log', async () => {
    const [hanging, working] = [await receiver(), await receiver()];
    hanging.answer = null;
    const realm = newRealm();
    await create(realm, hanging.url, ['token.issued']);
    await create(realm, working.url, ['token.issued']);
    await record(realm.realmId, 10);
    await until(
      () => hanging.received.length,
      (count) => count > 0,
    );
    const started = Date.now();
    const ids = await record(realm.realmId, 50);
    expect(Date.now() - started).toBeLessThan(3_000);
    await until(
      () => ids.every((id) => working.eventIds.includes(id)),
      (all) => all,
    );
    expect(Date.now() - started).toBeLessThan(6_000);
  });

  it('keeps its place while disabled, takes a new URL, and ends with its deletion', async () => {
    const [first, second] = [await receiver(), await receiver()];
    const realm = newRealm();
    const { webhook } = await create(realm, first.url, ['token.issued']);
    const address = { ...realm, id: webhook.id };
    const disabled = { ...address, ifVersion: 1, changes: { enabled: false } };
    expect(await client.call(UpdateWebhook, disabled, context())).toMatchObject({ enabled: false, version: 2 });
    await expect(client.call(UpdateWebhook, disabled, context())).rejects.toMatchObject({
      code: 'precondition_failed',
    });
    const ids = await record(realm.realmId, 3);
    await sleep(1_200);
    expect(first.received).toHaveLength(0);
    const moved = { ...address, ifVersion: null, changes: { enabled: true, url: second.url } };
    await client.call(UpdateWebhook, moved, context());
    await until(
      () => second.eventIds.length,
      (count) => count === 3,
    );
    expect([...second.eventIds].sort()).toEqual([...ids].sort());
    await expect(
      client.call(DeleteWebhook, { ...address, realmId: uuidv7(), ifVersion: null }, context()),
    ).rejects.toMatchObject({ code: 'not_found' });
    await client.call(DeleteWebhook, { ...address, ifVersion: null }, context());
    await record(realm.realmId, 1);
    await sleep(1_200);
    expect(second.received).toHaveLength(3);
    const list = { realmId: realm.realmId, page: { limit: 10, cursor: null } };
    expect(await client.call(ListWebhooks, list, context())).toEqual({ items: [], nextCursor: null, total: 0 });
  });

  it('refuses an address, a type and one webhook too many', async () => {
    const realm = newRealm();
    await expect(create(realm, 'ftp://x.example/')).rejects.toMatchObject({ code: 'validation_failed' });
    await expect(create(realm, 'https://x.example/', ['no.type'])).rejects.toMatchObject({ code: 'validation_failed' });
    const many = Array.from({ length: 55 }, () => create(realm, 'https://x.example/', ['realm.deleted']));
    const outcomes = await Promise.allSettled(many);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(50);
  });

  it('is done once by several replicas, and goes on when one of them is gone', async () => {
    const at = await receiver();
    const realm = newRealm();
    await create(realm, at.url, ['token.issued']);
    const other = await start();
    const first = await record(realm.realmId, 60);
    await until(
      () => at.eventIds.length,
      (count) => count === 60,
    );
    expect(at.received).toHaveLength(60);
    services.splice(services.indexOf(other), 1);
    await other.stop();
    const second = await record(realm.realmId, 20);
    await until(
      () => at.eventIds.length,
      (count) => count === 80,
    );
    expect([...at.eventIds].sort()).toEqual([...first, ...second].sort());
  });

  it('sends every event of every realm to syslog and the collector, and what they missed when they are back', async () => {
    const missing = (text: () => string, ids: readonly string[]) => () =>
      ids.filter((id) => !text().includes(id)).length;
    const syslogTold = () => syslogText.join('');
    const collectorTold = () => collector.received.map(({ text }) => text).join('');
    const none = (count: number) => count === 0;
    // A sink begins with what enters the log once it is there.
    await until(
      async () => missing(collectorTold, await record(uuidv7(), 1))() + syslogText.length,
      (n) => n > 2,
    );
    const first = [...(await record(uuidv7(), 5)), ...(await record(uuidv7(), 5))];
    await until(missing(syslogTold, first), none);
    await until(missing(collectorTold, first), none);
    syslogWorks = false;
    collector.answer = 503;
    const missed = await record(uuidv7(), 700);
    await sleep(1_500);
    expect(missing(syslogTold, missed)()).toBe(700);
    syslogWorks = true;
    collector.answer = 200;
    await until(missing(syslogTold, missed), none);
    await until(missing(collectorTold, missed), none);
    const metrics = await until(
      () => register.metrics(),
      (text) => /chancery_audit_forward_lag_events\{sink="syslog"\} 0\b/.test(text),
    );
    expect(metrics).toMatch(/chancery_audit_forward_failures_total\{sink="otlp"\} [1-9]/);
  });
});

async function rowsOf(database: TestDatabase, table: string): Promise<unknown[]> {
  const { Client } = await import('pg');
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(`SELECT * FROM ${table}`)).rows as unknown[];
  } finally {
    await client.end();
  }
}
