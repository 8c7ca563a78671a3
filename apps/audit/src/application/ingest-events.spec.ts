import { beforeEach, describe, expect, it } from '@jest/globals';
import { IngestObserver } from '../domain/ingest-observer.js';
import { buildAuditEvent } from '../testing/build-audit-event.js';
import { InMemoryAuditLog } from '../testing/in-memory-audit-log.js';
import { IngestEvents } from './ingest-events.js';

class RecordingObserver extends IngestObserver {
  readonly aside: string[] = [];
  appended = 0;
  oldest: Date | null = null;

  stored(result: { appended: number; oldest: Date | null }): void {
    this.appended += result.appended;
    this.oldest = result.oldest;
  }

  setAside(error: string): void {
    this.aside.push(error);
  }
}

describe('IngestEvents', () => {
  let log: InMemoryAuditLog;
  let observer: RecordingObserver;
  let ingest: IngestEvents;

  beforeEach(() => {
    log = new InMemoryAuditLog();
    observer = new RecordingObserver();
    ingest = new IngestEvents(log, observer);
  });

  it('stores events and tells the age of the oldest', async () => {
    const newer = buildAuditEvent({ time: '2026-03-01T10:00:01.000Z' });
    const older = buildAuditEvent({ time: '2026-03-01T10:00:00.000Z' });
    await ingest.execute({ events: [newer, older], poison: [] });
    expect([...log.entries.keys()]).toEqual([newer.id, older.id]);
    expect(observer.oldest).toEqual(new Date(older.time));
  });

  it.each(['audit.retention_applied', 'audit.retention_changed', 'audit.personal_data_erased'] as const)(
    'sets %s of another service aside: it would account for what is missing',
    async (type) => {
      const forged = { ...buildAuditEvent(), type };
      await ingest.execute({ events: [forged], poison: [] });
      expect(log.entries.size).toBe(0);
      expect([...log.poison.values()].map(({ payload }) => payload)).toEqual([JSON.stringify(forged)]);
      expect(observer.aside).toEqual(['only the log itself tells of this']);
    },
  );

  it('sets poison aside without losing its neighbours', async () => {
    const good = buildAuditEvent();
    const noTime = buildAuditEvent({ time: '2026-99-99T99:99:99.999Z' });
    const noDay = buildAuditEvent({ time: '2026-02-31T00:00:00.000Z' });
    const otherTime = { ...buildAuditEvent(), time: '2026-03-01T10:00:00.001Z' };
    const otherVersion = buildAuditEvent({ id: 'ad3f2f62-1b1d-4d8e-9a52-1d7c2f0b9a11' });
    await ingest.execute({
      events: [noTime, good, noDay, otherTime, otherVersion],
      poison: [{ payload: '{"half":', error: 'no JSON' }],
    });
    expect([...log.entries.keys()]).toEqual([good.id]);
    expect([...log.poison.values()].map(({ payload }) => payload)).toEqual([
      '{"half":',
      JSON.stringify(noTime),
      JSON.stringify(noDay),
      JSON.stringify(otherTime),
      JSON.stringify(otherVersion),
    ]);
    expect(observer.aside).toHaveLength(5);
    expect(observer.aside.at(-1)).toBe('id is not a UUIDv7 of the time');
  });

  it.each([1, 2, 5, 8])('finds the one entry of %i that the storage refuses', async (size) => {
    const events = Array.from({ length: size }, () => buildAuditEvent());
    const bad = events[size - 1];
    log.refused.add(bad?.id ?? '');
    await ingest.execute({ events, poison: [{ payload: 'x', error: 'no JSON' }] });
    expect(log.entries.size).toBe(size - 1);
    expect([...log.poison.values()].map(({ payload }) => payload).sort()).toEqual([JSON.stringify(bad), 'x'].sort());
    expect(observer.appended).toBe(size - 1);
    expect(observer.aside).toHaveLength(2);
  });

  it('rejects while the storage is away, so that the batch comes again', async () => {
    log.outage = new Error('connection refused');
    await expect(ingest.execute({ events: [buildAuditEvent()], poison: [] })).rejects.toThrow('connection refused');
  });

  it('makes a batch ready while the storage has another, and stores them one by one in the order they came in', async () => {
    const batches = [1, 80, 3].map((size) => Array.from({ length: size }, () => buildAuditEvent()));
    const ids = batches.flat().map(({ id }) => id);
    const append = log.append.bind(log);
    let storing = 0;
    let first: () => void = () => {};
    const held = new Promise<void>((resolve) => (first = resolve));
    log.append = async (entries, aside) => {
      storing += 1;
      expect(storing).toBe(1);
      await held;
      const result = await append(entries, aside);
      storing -= 1;
      return result;
    };
    const stored = batches.map((events) => ingest.execute({ events, poison: [] }));
    while (batches.some((events) => events.length > 0)) await new Promise((resolve) => setImmediate(resolve));
    expect(log.entries.size).toBe(0);
    first();
    await Promise.all(stored);
    expect([...log.entries.keys()]).toEqual(ids);
  });

  it('stores the batch after one that it could not store', async () => {
    const event = buildAuditEvent();
    log.outage = new Error('connection refused');
    const failed = ingest.execute({ events: [buildAuditEvent()], poison: [] });
    const next = ingest.execute({ events: [event], poison: [] });
    await expect(failed).rejects.toThrow('connection refused');
    log.outage = null;
    await next;
    expect([...log.entries.keys()]).toEqual([event.id]);
  });

  it('does nothing for an empty batch', async () => {
    log.outage = new Error('must not be asked');
    await expect(ingest.execute({ events: [], poison: [] })).resolves.toBeUndefined();
  });
});
