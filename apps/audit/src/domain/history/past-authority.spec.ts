import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { ReadPastAuthority } from '../../application/read-past-authority.js';
import { InMemoryHistoryLog } from '../../testing/in-memory-history-log.js';
import { PastWorld, SUBJECTS, type Step } from '../../testing/past-world.js';

const small = (max: number) => fc.nat({ max });
const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'view_users'), { minLength: 1, maxLength: 5 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('client-created' as const), serviceAccount: fc.boolean() }),
  fc.record({
    kind: fc.constant('client-changed' as const),
    client: small(5),
    enabled: fc.boolean(),
    rename: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('client-deleted' as const), client: small(5) }),
  fc.record({
    kind: fc.constant('permission-created' as const),
    scope: small(5),
    name: fc.constantFrom('a', 'b', 'c', 'd'),
  }),
  fc.record({
    kind: fc.constant('permission-renamed' as const),
    scope: small(5),
    permission: small(5),
    to: fc.constantFrom('a', 'b', 'c', 'd'),
  }),
  fc.record({ kind: fc.constant('permission-deleted' as const), scope: small(5), permission: small(5) }),
  fc.record({ kind: fc.constant('role-created' as const), scope: small(5), permissions: names }),
  fc.record({ kind: fc.constant('role-changed' as const), role: small(7), permissions: names, rename: fc.boolean() }),
  fc.record({ kind: fc.constant('role-deleted' as const), role: small(7) }),
  fc.record({ kind: fc.constant('assigned' as const), subject: small(SUBJECTS - 1), role: small(7) }),
  fc.record({ kind: fc.constant('unassigned' as const), subject: small(SUBJECTS - 1), role: small(7) }),
  fc.record({ kind: fc.constant('subject-changed' as const), subject: small(SUBJECTS - 1), enabled: fc.boolean() }),
  fc.record({ kind: fc.constant('realm-changed' as const), enabled: fc.boolean() }),
);

describe('the reconstruction of what somebody could do', () => {
  it('equals what they could do, after any history and at every time of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }),
        fc.infiniteStream(fc.nat()),
        async (steps, chance) => {
          const world = new PastWorld();
          const truths = steps.map((each) => {
            world.take(each);
            return { at: world.now(), could: world.everybody() };
          });
          const log = new InMemoryHistoryLog();
          // The order in which events arrive says nothing.
          log.events.push(...[...world.events].sort(() => ((chance.next().value ?? 0) % 2 === 0 ? 1 : -1)));
          const read = new ReadPastAuthority(log);
          for (const { at, could } of truths) {
            for (const { subjectId, able, scopes } of could) {
              const told = await read.execute({
                realmId: world.realmId,
                who: { kind: 'subject', id: subjectId },
                at: at.toISOString(),
              });
              expect(told.complete).toBe(true);
              expect(told.able).toBe(able);
              expect(told.obstacles.length === 0).toBe(able);
              expect(
                Object.fromEntries(
                  told.scopes.map(({ audience, permissions, roles }) => [
                    audience,
                    { permissions: permissions.toSorted(), roles: roles.map(({ name }) => name).toSorted() },
                  ]),
                ),
              ).toEqual(scopes);
            }
          }
        },
      ),
      { numRuns: 80 },
    );
  }, 60_000);

  it('names for every role and permission the event that gave it', async () => {
    const world = new PastWorld();
    for (const taken of [
      { kind: 'role-created', scope: 0, permissions: ['view_events'] },
      { kind: 'assigned', subject: 0, role: 0 },
      { kind: 'role-changed', role: 0, permissions: ['view_events', 'view_users'], rename: false },
    ] as const) {
      world.take(taken);
    }
    const log = new InMemoryHistoryLog();
    log.events.push(...world.events);
    const subject = world.everybody()[0]?.subjectId ?? '';
    const told = await new ReadPastAuthority(log).execute({
      ...{ realmId: world.realmId, who: { kind: 'subject', id: subject }, at: world.now().toISOString() },
    });
    const eventOf = (type: string) =>
      expect.objectContaining({ event_id: world.events.findLast((event) => event.type === type)?.id, type });
    expect(told.scopes).toEqual([
      {
        client_id: null,
        audience: 'realm-management',
        permissions: ['view_events', 'view_users'],
        roles: [
          expect.objectContaining({
            permissions: [
              { name: 'view_events', since: eventOf('role.created') },
              { name: 'view_users', since: eventOf('role.updated') },
            ],
            created: eventOf('role.created'),
            assigned: eventOf('role.assigned'),
          }),
        ],
      },
    ]);
  });

  it('tells when the log no longer holds all that it needs', async () => {
    const world = new PastWorld();
    world.take({ kind: 'role-created', scope: 0, permissions: ['view_events'] });
    world.take({ kind: 'assigned', subject: 0, role: 0 });
    const log = new InMemoryHistoryLog();
    log.events.push(...world.events.filter(({ type }) => type !== 'realm.created' && type !== 'role.created'));
    const subject = world.everybody()[0]?.subjectId ?? '';
    const told = await new ReadPastAuthority(log).execute({
      ...{ realmId: world.realmId, who: { kind: 'subject', id: subject }, at: world.now().toISOString() },
    });
    expect(told).toMatchObject({
      complete: false,
      gaps: [expect.stringContaining('realm'), expect.stringContaining('role')],
    });
  });

  it('knows nobody whom the log does not know', async () => {
    const world = new PastWorld();
    const read = new ReadPastAuthority(new InMemoryHistoryLog());
    for (const who of [
      { kind: 'subject', id: uuidv7() },
      { kind: 'client', clientId: 'nobody' },
    ] as const) {
      const told = read.execute({ realmId: world.realmId, who, at: world.now().toISOString() });
      await expect(told).rejects.toMatchObject({ code: 'not_found' });
    }
  });
});
