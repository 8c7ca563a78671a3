import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MemorySnapshotStore } from '#cache';
import { AuditEventRecorded, ListAuditEvents, ReadAuditEvent } from '#contracts';
import { startService, SystemClock, type RunningService } from '#host';
import {
  ContractMessageClient,
  InProcessTransport,
  newCallContext,
  TransportDurablePublisher,
  type CallContext,
} from '#messaging';
import { Readiness, SilentLogger } from '#observability';
import { createTestDatabase, type TestDatabase } from '#testing';
import { randomBytes } from 'node:crypto';
import { register } from 'prom-client';
import { v7 as uuidv7 } from 'uuid';
import { auditService } from './audit.service.js';
import { buildAuditEvent } from './testing/build-audit-event.js';

const context = (): CallContext => newCallContext({ deadlineMs: 10_000 });

describe('the audit service', () => {
  let database: TestDatabase;
  let service: RunningService;
  const transport = new InProcessTransport();
  const client = new ContractMessageClient(transport, 'gateway');
  const publisher = new TransportDurablePublisher(transport, 'gateway');
  const realm = { realm: 'acme', realmId: uuidv7() };
  const record = (event: ReturnType<typeof buildAuditEvent>) => publisher.publish(AuditEventRecorded, event, context());

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService(auditService, {
      transport,
      snapshotStore: new MemorySnapshotStore(),
      databaseUrl: database.url,
      databasePoolSize: 4,
      logger: new SilentLogger(),
      clock: new SystemClock(),
      readiness: new Readiness(),
      environment: { CHANCERY_MASTER_KEY: randomBytes(32).toString('base64') },
      migrate: true,
      snapshotCacheBytes: 100_000,
    });
  });

  afterAll(async () => {
    await service.stop();
    await transport.drain();
    await database.drop();
  });

  it('shows an event once its publish has resolved', async () => {
    const event = buildAuditEvent({ realm_id: realm.realmId, jti: uuidv7(), details: { grant_type: 'password' } });
    await record(event);
    expect(await client.call(ReadAuditEvent, { ...realm, id: event.id }, context())).toEqual(event);
    const page = await client.call(
      ListAuditEvents,
      { ...realm, page: { limit: 10, cursor: null }, filter: { jti: event.jti ?? '' } },
      context(),
    );
    expect(page).toEqual({ items: [event], nextCursor: null, total: 1 });
  });

  it('pages over the bus and refuses a cursor of another list', async () => {
    const events = [0, 1, 2].map((second) =>
      buildAuditEvent({
        realm_id: realm.realmId,
        type: 'client.created',
        time: `2026-03-01T10:00:0${String(second)}.000Z`,
      }),
    );
    await Promise.all(events.map(record));
    const list = (cursor: string | null) =>
      client.call(
        ListAuditEvents,
        { ...realm, page: { limit: 2, cursor }, filter: { type: 'client.created' } },
        context(),
      );
    const first = await list(null);
    const second = await list(first.nextCursor);
    expect([...first.items, ...second.items]).toEqual(events.toReversed());
    expect(second.nextCursor).toBeNull();
    await expect(list('bm90IG91cnM')).rejects.toMatchObject({ code: 'malformed_request' });
  });

  it('answers not_found for an event of another realm', async () => {
    const event = buildAuditEvent({ realm_id: uuidv7() });
    await record(event);
    await expect(client.call(ReadAuditEvent, { ...realm, id: event.id }, context())).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('counts what it stores and what it sets aside, and goes on', async () => {
    const noTime = buildAuditEvent({ realm_id: realm.realmId, time: '2026-02-31T00:00:00.000Z' });
    await record(noTime);
    const good = buildAuditEvent({ realm_id: realm.realmId });
    await record(good);
    expect(await client.call(ReadAuditEvent, { ...realm, id: good.id }, context())).toEqual(good);
    const metrics = await register.metrics();
    expect(metrics).toMatch(/chancery_audit_poison_total 1\b/);
    expect(metrics).toMatch(/chancery_audit_events_total\{result="appended"\} [1-9]/);
    expect(metrics).toContain('chancery_audit_ingest_lag_seconds_bucket');
  });
});
