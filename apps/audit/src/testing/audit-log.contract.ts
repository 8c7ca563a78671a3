import { beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { AuditEvent, HistogramBucket } from '#contracts';
import type { AuditLog, EventFilter, EventPage } from '../domain/audit-log.js';
import { wholeEvent, type StoredEvent } from '../domain/event-text.js';
import { bucketsOver, type CountedFilter } from '../domain/histogram.js';
import { setAside } from '../domain/log-entry.js';
import { NO_KNOWN_REALM } from '../domain/realm-scope.js';
import { buildAuditEvent, entryOf } from './build-audit-event.js';

/** An adapter under test, and how the suite looks at what it set aside. */
export interface AuditLogHarness {
  readonly log: AuditLog;
  poison(): Promise<readonly { readonly payload: string; readonly error: string }[]>;
}

/** What every adapter of the log must do. Each test uses realms of its own, so the storage need not be emptied. */
export function describeAuditLog(harness: () => AuditLogHarness): void {
  const log = () => harness().log;

  describe('append', () => {
    it('keeps an event word for word, NUL included, and lone surrogates as U+FFFD', async () => {
      const realm = uuidv7();
      const event = buildAuditEvent({
        realm_id: realm,
        client_id: 'a\0b',
        details: { z: 1, a: { nul: '\0', surrogate: '\ud800', text: 'Grüße ✓' } },
      });
      await log().append([entryOf(event)], []);
      expect(JSON.parse(json(await log().read([realm], event.id)) ?? '')).toEqual(
        JSON.parse(JSON.stringify(event).replaceAll('\\ud800', '\ufffd')),
      );
    });

    it('stores an entry delivered again once, in the same batch and in a later one', async () => {
      const entry = entryOf(buildAuditEvent({ realm_id: uuidv7() }));
      expect(await log().append([entry, entry], [])).toEqual({ appended: 1, duplicates: 1, conflicting: 0 });
      expect(await log().append([entry], [])).toEqual({ appended: 0, duplicates: 1, conflicting: 0 });
      expect((await list(log(), entry.realmId)).total).toBe(1);
    });

    it('keeps the first of two events with one id and sets the other aside', async () => {
      const first = buildAuditEvent({ realm_id: uuidv7() });
      const second = { ...first, reason: 'altered' };
      await log().append([entryOf(first)], []);
      expect(await log().append([entryOf(second)], [])).toEqual({ appended: 0, duplicates: 0, conflicting: 1 });
      expect(json(await log().read([entryOf(first).realmId], first.id))).toBe(JSON.stringify(first));
      expect((await harness().poison()).map(({ payload }) => payload)).toContain(JSON.stringify(second));
    });

    it('stores a batch larger than one statement takes', async () => {
      const realm = uuidv7();
      const entries = Array.from({ length: 1_203 }, () => entryOf(buildAuditEvent({ realm_id: realm })));
      expect(await log().append(entries, [])).toEqual({ appended: 1_203, duplicates: 0, conflicting: 0 });
      expect((await list(log(), realm)).total).toBe(1_203);
    });

    it('sets payloads aside, each once, whatever bytes they hold', async () => {
      const payload = `not json \0 ${uuidv7()}`;
      await log().append([], [setAside(payload, 'no JSON\0')]);
      await log().append([], [setAside(payload, 'no JSON')]);
      expect((await harness().poison()).filter((row) => row.payload === payload)).toHaveLength(1);
    });

    it('takes keys of any length', async () => {
      const realm = uuidv7();
      const event = buildAuditEvent({ realm_id: realm, subject_id: '😀'.repeat(5_000), jti: 'j'.repeat(9_000) });
      await log().append([entryOf(event)], []);
      expect(json(await log().read([realm], event.id))).toBe(JSON.stringify(event));
    });
  });

  describe('list', () => {
    it('is newest first, in the order of ids, which is that of times', async () => {
      const realm = uuidv7();
      const early = buildAuditEvent({ realm_id: realm, time: '2026-03-01T10:00:00.000Z' });
      const late = buildAuditEvent({ realm_id: realm, time: '2026-03-01T10:00:00.001Z' });
      const sameTime = buildAuditEvent({ realm_id: realm, time: '2026-03-01T10:00:00.001Z' });
      await log().append([sameTime, early, late].map(entryOf), []);
      const page = await list(log(), realm);
      expect(idsOf(page)).toEqual([...[sameTime.id, late.id].sort().reverse(), early.id]);
      expect(page.next).toBeNull();
    });

    it('pages without gap or repetition while newer events arrive', async () => {
      const realm = uuidv7();
      const events = Array.from({ length: 7 }, (_, index) =>
        buildAuditEvent({ realm_id: realm, time: `2026-03-01T10:00:00.00${String(index >> 1)}Z` }),
      );
      await log().append(events.map(entryOf), []);
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const page: EventPage = await list(log(), realm, {}, 3, after);
        seen.push(...idsOf(page));
        after = page.next;
        await log().append([entryOf(buildAuditEvent({ realm_id: realm, time: '2026-03-02T00:00:00.000Z' }))], []);
      } while (after !== null);
      expect(seen).toEqual(
        events
          .map(({ id }) => id)
          .sort()
          .reverse(),
      );
    });

    it('shows nothing of another realm', async () => {
      const [mine, other] = [uuidv7(), uuidv7()];
      const event = buildAuditEvent({ realm_id: other });
      await log().append([entryOf(event)], []);
      expect(await list(log(), mine)).toEqual({ events: [], next: null, total: 0 });
      expect(await log().read([mine], event.id)).toBeNull();
      expect(await log().read([other], uuidv7())).toBeNull();
    });

    it('merges several realm ids in order', async () => {
      const realm = uuidv7();
      const jti = uuidv7();
      const events = [0, 1, 2, 3, 4].map((second) =>
        buildAuditEvent({
          realm_id: second % 2 === 0 ? realm : null,
          jti,
          time: `2026-03-01T10:00:0${String(second)}.000Z`,
        }),
      );
      await log().append(events.map(entryOf), []);
      const realmIds = [realm, NO_KNOWN_REALM];
      const first = await log().list({ realmIds, filter: { jti }, limit: 3, after: null });
      const second = await log().list({ realmIds, filter: { jti }, limit: 3, after: first.next });
      expect([...idsOf(first), ...idsOf(second)]).toEqual(events.map(({ id }) => id).reverse());
      expect([first.total, second.total, second.next]).toEqual([5, 5, null]);
      expect(json(await log().read(realmIds, events[1]?.id ?? ''))).toBe(JSON.stringify(events[1]));
    });

    describe('filters', () => {
      const cases: readonly [string, Partial<AuditEvent>, EventFilter][] = [
        ['type', { type: 'client.created' }, { type: 'client.created' }],
        ['outcome failure', { outcome: 'failure', reason: 'wrong_secret' }, { outcome: 'failure' }],
        ['actor', { actor: { kind: 'user', id: 'u-1', client_id: null } }, { actorId: 'u-1' }],
        ['client', { client_id: 'Shipping' }, { clientId: 'Shipping' }],
        ['subject', { subject_id: 's-1' }, { subjectId: 's-1' }],
        ['jti', { jti: 'j-1' }, { jti: 'j-1' }],
        ['ip', { ip: '2001:db8::1' }, { ip: '2001:db8::1' }],
        ['from, inclusive', { time: '2026-03-02T00:00:00.000Z' }, { from: new Date('2026-03-02T00:00:00.000Z') }],
        ['to, exclusive', { time: '2026-02-01T00:00:00.000Z' }, { to: new Date('2026-03-01T10:00:00.000Z') }],
      ];
      it.each(cases)('by %s', async (_name, members, filter) => {
        const realm = uuidv7();
        const wanted = buildAuditEvent({ realm_id: realm, ...members });
        const others = [buildAuditEvent({ realm_id: realm }), buildAuditEvent({ realm_id: realm })];
        await log().append([wanted, ...others].map(entryOf), []);
        const page = await list(log(), realm, filter);
        expect(idsOf(page)).toEqual([wanted.id]);
        expect(page.total).toBe(1);
      });

      it('by success, byte by byte, and by all of several', async () => {
        const realm = uuidv7();
        const success = buildAuditEvent({ realm_id: realm, client_id: 'Shop' });
        const failure = buildAuditEvent({ realm_id: realm, client_id: 'Shop', outcome: 'failure' });
        await log().append([success, failure].map(entryOf), []);
        expect(idsOf(await list(log(), realm, { outcome: 'success' }))).toEqual([success.id]);
        expect(idsOf(await list(log(), realm, { clientId: 'shop' }))).toEqual([]);
        expect(idsOf(await list(log(), realm, { clientId: 'Shop', outcome: 'failure' }))).toEqual([failure.id]);
        expect(idsOf(await list(log(), realm, { clientId: 'Shop', outcome: 'failure', jti: 'x' }))).toEqual([]);
      });
    });
  });

  describe('histogram', () => {
    const realm = uuidv7();
    const other = uuidv7();
    const EVENTS: readonly (readonly [time: string, members: Partial<AuditEvent>])[] = [
      ['2026-03-01T09:59:59.999Z', {}],
      ['2026-03-01T10:00:00.000Z', {}],
      ['2026-03-01T10:10:00.000Z', { outcome: 'failure', reason: 'wrong_secret' }],
      ['2026-03-01T10:10:00.000Z', { client_id: 'shop' }],
      ['2026-03-01T12:30:00.000Z', { type: 'client.created', actor: { kind: 'user', id: 'u-1', client_id: null } }],
      ['2026-03-01T13:00:00.000Z', { client_id: 'shop' }],
    ];
    const rows = async (filter: CountedFilter, bucket: HistogramBucket, realmIds = [realm]) => {
      const buckets = bucketsOver(new Date('2026-03-01T10:00:00.000Z'), new Date('2026-03-01T13:00:00.000Z'), bucket);
      if (buckets === null) throw new Error('too many buckets');
      const counts = await log().histogram({ realmIds, filter, buckets });
      return counts.map(
        ({ bucket: index, type, outcome, count }) => `${String(index)} ${type} ${outcome} ${String(count)}`,
      );
    };

    beforeAll(async () => {
      const events = EVENTS.map(([time, members]) => buildAuditEvent({ realm_id: realm, time, ...members }));
      const noise = buildAuditEvent({ realm_id: other, time: '2026-03-01T10:10:00.000Z', client_id: 'shop' });
      await log().append([...events, noise].map(entryOf), []);
      await log().append(events.map(entryOf), []);
    });

    const cases: readonly [string, CountedFilter, HistogramBucket, readonly string[]][] = [
      ['by the hour', {}, '1h', ['0 token.issued failure 1', '0 token.issued success 2', '2 client.created success 1']],
      [
        'by the minute',
        {},
        '15m',
        ['0 token.issued failure 1', '0 token.issued success 2', '10 client.created success 1'],
      ],
      ['of a type', { type: 'client.created' }, '1h', ['2 client.created success 1']],
      ['of an outcome', { outcome: 'failure' }, '1h', ['0 token.issued failure 1']],
      ['of both', { type: 'client.created', outcome: 'failure' }, '1h', []],
      ['of a client', { clientId: 'shop' }, '1h', ['0 token.issued success 1']],
      ['of an actor and type', { actorId: 'u-1', type: 'client.created' }, '15m', ['10 client.created success 1']],
    ];
    it.each(cases)('counts %s', async (_name, filter, bucket, expected) => {
      expect((await rows(filter, bucket)).sort()).toEqual(expected);
    });

    it('counts whole buckets and several realms together', async () => {
      expect((await rows({ type: 'token.issued', outcome: 'success' }, '1d')).sort()).toEqual([
        '0 token.issued success 4',
      ]);
      expect(await rows({ clientId: 'shop' }, '1h', [realm, other])).toEqual(['0 token.issued success 2']);
      expect((await rows({ outcome: 'success', type: 'token.issued' }, '1h', [realm, other])).sort()).toEqual([
        '0 token.issued success 3',
      ]);
    });
  });
}

function json(stored: StoredEvent | null): string | null {
  return stored === null ? null : JSON.stringify(wholeEvent(stored));
}

function list(
  log: AuditLog,
  realm: string,
  filter: EventFilter = {},
  limit = 50,
  after: string | null = null,
): Promise<EventPage> {
  return log.list({ realmIds: [realm], filter, limit, after });
}

function idsOf(page: EventPage): readonly string[] {
  return page.events.map((event) => wholeEvent(event)['id'] as string);
}
