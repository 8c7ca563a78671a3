import { REALM_SCOPE, type Principal } from '#contracts';
import { AppError } from '#errors';
import { FrozenClock } from '#host';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { RecordingLogger } from '../../testing/recording-logger.js';
import { REALM, SUBJECT_ID } from '../../testing/samples.js';
import { RecordingPublisher } from '../../testing/start-gateway.js';
import { AccessDenials, MAX_BEARERS, MAX_KINDS } from './access-denials.js';
import type { Denial } from './denial.js';

const PRINCIPAL: Principal = {
  realm: REALM.name,
  realmId: REALM.id,
  subjectId: SUBJECT_ID,
  kind: 'user',
  username: 'ada',
  clientId: 'admin-cli',
  jti: 'j1',
  permissions: [],
};

const denial = (more: Partial<Denial> = {}, principal: Principal | null = null): Denial => ({
  visitor: {
    requirement: { kind: 'permissions', anyOf: ['manage_realm'], issuedBy: null },
    principal,
    target: principal === null ? null : { id: REALM.id, name: REALM.name },
  },
  status: 401,
  reason: 'bad_signature',
  route: 'PUT /realms/:realm',
  realmInPath: REALM.name,
  peer: { ip: '192.0.2.1', userAgent: 'test' },
  requestId: 'request-1',
  traceparent: undefined,
  ...more,
});

describe('AccessDenials', () => {
  let audit: RecordingPublisher;
  let clock: FrozenClock;
  let denials: AccessDenials;
  const told = () => audit.events.map(({ reason, details }) => [reason, (details as { count: number }).count]);

  beforeEach(() => {
    audit = new RecordingPublisher();
    clock = new FrozenClock(new Date('2026-03-01T12:00:00.000Z'));
    denials = new AccessDenials(audit, clock, new RecordingLogger());
  });

  it('records the first of its kind at once, with who, where and what it takes', async () => {
    denials.note(denial({ status: 403, reason: 'permission_missing' }, PRINCIPAL));
    await Promise.resolve();
    expect(audit.events).toEqual([
      expect.objectContaining({
        type: 'access.denied',
        outcome: 'failure',
        reason: 'permission_missing',
        realm: REALM.name,
        realm_id: REALM.id,
        actor: { kind: 'user', id: SUBJECT_ID, client_id: 'admin-cli' },
        client_id: 'admin-cli',
        target: { kind: 'route', id: 'PUT /realms/:realm' },
        ip: '192.0.2.1',
        request_id: 'request-1',
        details: {
          status: 403,
          needs: ['manage_realm'],
          count: 1,
          first_at: '2026-03-01T12:00:00.000Z',
          last_at: '2026-03-01T12:00:00.000Z',
        },
      }),
    ]);
    await denials.closeWindow();
    expect(audit.events).toHaveLength(1);
  });

  it('says of nobody known that no realm is theirs, whatever the path names', async () => {
    denials.note(denial());
    await denials.closeWindow();
    expect(audit.events[0]).toMatchObject({
      realm: REALM.name,
      realm_id: null,
      actor: { kind: 'anonymous', id: null },
    });
  });

  it('tells what is alike together when the minute is over, once', async () => {
    for (let n = 0; n < 5; n += 1) {
      denials.note(denial());
      clock.advance(1_000);
    }
    await denials.closeWindow();
    expect(told()).toEqual([
      ['bad_signature', 1],
      ['bad_signature', 4],
    ]);
    expect(audit.events[1]?.details).toMatchObject({
      first_at: '2026-03-01T12:00:01.000Z',
      last_at: '2026-03-01T12:00:04.000Z',
    });
    await denials.closeWindow();
    expect(audit.events).toHaveLength(2);
    denials.note(denial());
    await denials.closeWindow();
    expect(told().at(-1)).toEqual(['bad_signature', 1]);
  });

  it('keeps apart who, where, why and which route', async () => {
    const different = [
      denial(),
      denial({ reason: 'token_expired' }),
      denial({ route: 'DELETE /realms/:realm' }),
      denial({ realmInPath: REALM_SCOPE }),
      denial({ peer: { ip: '192.0.2.2', userAgent: 'test' } }),
      denial({}, PRINCIPAL),
      denial({}, { ...PRINCIPAL, subjectId: REALM.id }),
    ];
    for (const one of [...different, ...different]) denials.note(one);
    await denials.closeWindow();
    expect(audit.events).toHaveLength(2 * different.length);
  });

  it('is bounded, and a flood of strangers leaves room for those who are known', async () => {
    for (let n = 0; n < 10_000; n += 1)
      denials.note(denial({ peer: { ip: `2001:db8::${n.toString(16)}`, userAgent: null } }));
    denials.note(denial({ status: 403, reason: 'permission_missing' }, PRINCIPAL));
    await denials.closeWindow();
    expect(audit.events).toHaveLength(MAX_KINDS + 2);
    expect(told()).toContainEqual(['permission_missing', 1]);
    const beyond = audit.events.find(({ reason }) => reason === 'too_many_kinds');
    expect(beyond).toMatchObject({
      realm: 'master',
      realm_id: null,
      details: { count: 10_000 - MAX_KINDS, status: null },
    });
  });

  it('is bounded by bearers, too, each with room of its own', async () => {
    const bearers = Array.from({ length: MAX_BEARERS + 5 }, () => ({ ...PRINCIPAL, subjectId: uuidv7() }));
    const [busy] = bearers;
    for (let n = 0; n < MAX_KINDS + 7; n += 1) denials.note(denial({ route: `GET /${n}` }, busy));
    for (const bearer of bearers.slice(1)) denials.note(denial({}, bearer));
    denials.note(denial());
    await denials.closeWindow();
    expect(audit.events).toHaveLength(MAX_KINDS + (MAX_BEARERS - 1) + 1 + 1);
    expect(told()).toContainEqual(['too_many_kinds', 7 + 5]);
  });

  it('loses no number while the record cannot be made', async () => {
    audit.failure = new AppError('unavailable');
    denials.note(denial());
    denials.note(denial());
    await denials.closeWindow();
    await denials.closeWindow();
    expect(audit.events).toEqual([]);
    audit.failure = null;
    await denials.onApplicationShutdown();
    expect(told()).toEqual([['too_many_kinds', 2]]);
  });
});
