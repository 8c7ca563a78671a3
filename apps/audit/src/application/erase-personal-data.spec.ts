import { describe, expect, it } from '@jest/globals';
import { newCallContext } from '#messaging';
import { ErasureStore, type ErasedPortion, type ErasureStep } from '../domain/erasure-store.js';
import type { LogEntry } from '../domain/log-entry.js';
import { ErasePersonalData, PORTION } from './erase-personal-data.js';

const REALM = '0197c1f0-0000-7000-8000-000000000001';
const SUBJECT = '0197c1f0-0000-7000-8000-000000000005';
const ADMIN = '0197c1f0-0000-7000-8000-000000000009';
const FIRST = '0197c1f0-0000-7000-8000-00000000000a';
const LAST = '0197c1f0-0000-7000-8000-00000000000b';

/** Holds so many events about the subject. */
class Store extends ErasureStore {
  readonly told: LogEntry[] = [];
  readonly asked: ErasureStep[] = [];
  /** How often the rest was asked for. */
  promised = 0;

  constructor(
    private left: number,
    private readonly before = false,
  ) {
    super();
  }

  erase(
    step: ErasureStep,
    tell: (portion: ErasedPortion) => LogEntry,
    rest: object | null,
  ): Promise<ErasedPortion | null> {
    this.asked.push(step);
    const events = Math.min(this.left, step.most);
    if (events === step.most && rest !== null) this.promised += 1;
    if (events === 0) return Promise.resolve(null);
    this.left -= events;
    const portion = { events, firstEvent: FIRST, lastEvent: LAST };
    this.told.push(tell(portion));
    return Promise.resolve(portion);
  }

  wasErased(): Promise<boolean> {
    return Promise.resolve(this.before);
  }
}

const erase = (store: Store, actorId = ADMIN, budgetMs = 10_000) =>
  new ErasePersonalData(store, { now: () => new Date('2026-03-01T10:00:00.000Z') }, budgetMs).execute(
    {
      actor: {
        kind: 'user',
        id: actorId,
        clientId: 'admin-cli',
        realm: 'acme',
        permissions: ['manage_events'],
        peer: { ip: '192.0.2.7', userAgent: 'curl' },
      },
      realm: 'acme',
      realmId: REALM,
      subjectId: SUBJECT,
      reason: 'a demand',
    },
    newCallContext({ deadlineMs: 1_000 }),
  );

describe('erasing personal data', () => {
  it('is told of, never with the data', async () => {
    const store = new Store(3);
    expect(await erase(store)).toEqual({ erased: 3, finished: true });
    expect(store.asked).toEqual([{ realmId: REALM, subjectId: SUBJECT, most: PORTION, after: null }]);
    expect(store.promised).toBe(0);
    const [entry] = store.told;
    expect(entry).toMatchObject({ type: 'audit.personal_data_erased', realmId: REALM, subjectId: SUBJECT });
    expect(JSON.parse(entry?.event ?? '')).toMatchObject({
      actor: { kind: 'user', id: ADMIN, client_id: 'admin-cli' },
      subject_id: SUBJECT,
      target: { kind: 'realm', id: REALM },
      details: { reason: 'a demand', events: 3, first_event: FIRST, last_event: LAST },
    });
    expect(entry?.ip).toBe('192.0.2.7');
  });

  it('goes on in bounded portions until nothing is left', async () => {
    const store = new Store(2 * PORTION + 1);
    expect(await erase(store)).toEqual({ erased: 2 * PORTION + 1, finished: true });
    expect(store.asked.map(({ after }) => after)).toEqual([null, LAST, LAST]);
    expect(store.promised).toBe(1);
    expect(
      store.told.map(({ event }) => (JSON.parse(event) as { details: { events: number } }).details.events),
    ).toEqual([PORTION, PORTION, 1]);
    const even = new Store(PORTION);
    expect(await erase(even)).toEqual({ erased: PORTION, finished: true });
    expect(even.told).toHaveLength(1);
  });

  it('answers before its caller has gone away, and has promised the rest', async () => {
    class Slow extends Store {
      override async erase(...given: Parameters<Store['erase']>) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return super.erase(...given);
      }
    }
    const store = new Slow(10 * PORTION);
    const answer = await erase(store, ADMIN, 10);
    expect(answer).toEqual({ erased: PORTION, finished: false });
    expect(store.promised).toBe(1);
  });

  it('tells nothing where there was nothing to erase', async () => {
    const store = new Store(0, true);
    expect(await erase(store)).toEqual({ erased: 0, finished: true });
    expect(store.told).toEqual([]);
  });

  it('refuses an id of which the log tells nothing', async () => {
    const store = new Store(0);
    await expect(erase(store)).rejects.toMatchObject({ code: 'not_found' });
    expect(store.told).toEqual([]);
  });

  it('leaves no address behind of who has their own erased', async () => {
    const store = new Store(1);
    await erase(store, SUBJECT);
    expect(store.told[0]?.ip).toBeNull();
    expect(store.told[0]?.personal).not.toContain('192.0.2.7');
  });
});
