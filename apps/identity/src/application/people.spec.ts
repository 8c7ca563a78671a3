import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  DEFAULT_PASSWORD_POLICY,
  GuardAccount,
  MASTER_REALM,
  RemoveSubjectRoles,
  WithdrawAdministrator,
} from '#contracts';
import { AppError } from '#errors';
import { v7 as uuidv7 } from 'uuid';
import { InMemoryUserStore } from '../testing/in-memory-user-store.js';
import { ADMINISTRATOR, PeopleHarness } from '../testing/people-harness.js';

const GOOD = 'seven quiet otters hum';

describe('people', () => {
  let store: InMemoryUserStore;
  let identity: PeopleHarness;

  beforeEach(() => {
    store = new InMemoryUserStore();
    identity = new PeopleHarness(store);
  });

  const stored = (id: string) => store.findUser({ realmId: identity.realm.realmId, userId: id });
  const inMaster = () => {
    identity = new PeopleHarness(store);
    Object.assign(identity.realm, { realmName: MASTER_REALM });
  };

  describe('created', () => {
    it('are there, published and recorded, and cannot sign in yet', async () => {
      const user = await identity.create({ username: 'Ada', email: 'ada@example.com', firstname: 'Ada' });
      expect(await stored(user.id)).toMatchObject({ username: 'Ada', email: 'ada@example.com', hasPassword: false });
      expect(identity.snapshots.published.at(-1)).toMatchObject({
        version: user.version,
        value: { id: user.id, clientId: null, username: 'Ada', enabled: true, canSignIn: false },
      });
      expect(store.events).toMatchObject([
        {
          type: 'user.created',
          actor: { kind: 'user', id: ADMINISTRATOR.id, client_id: 'admin-cli' },
          ip: '192.0.2.1',
          subject_id: user.id,
          details: { user: { username: 'Ada', email: 'ada@example.com' } },
        },
      ]);
      expect(await identity.verify('ada', '')).toMatchObject({ outcome: 'refused', reason: 'no_password' });
    });

    it('have names of their own, whatever the case', async () => {
      await identity.create({ username: 'Ada' });
      await expect(identity.create({ username: 'ADA' })).rejects.toMatchObject({ code: 'conflict' });
      expect(store.events).toHaveLength(1);
    });

    it('are created once under a key', async () => {
      const first = await identity.create({ username: 'ada', idempotencyKey: 'k' });
      expect(await identity.create({ username: 'ada', idempotencyKey: 'k' })).toEqual({ ...first, replayed: true });
      await expect(identity.create({ username: 'bob', idempotencyKey: 'k' })).rejects.toMatchObject({
        code: 'idempotency_key_reused',
      });
      const both = await Promise.all([1, 2, 3].map(() => identity.create({ username: 'eve', idempotencyKey: 'e' })));
      expect(new Set(both.map(({ id }) => id)).size).toBe(1);
      expect(store.events).toHaveLength(2);
    });

    it.each([
      [{ username: 'ad а' }, '/username'],
      [{ email: 'nobody' }, '/email'],
      [{ emailVerified: true }, '/email_verified'],
      [{ firstname: 'a\u0007' }, '/firstname'],
      [{ lastname: '\ud800' }, '/lastname'],
    ])('are refused as %j, with a pointer', async (facts, pointer) => {
      await expect(identity.create(facts)).rejects.toMatchObject({ code: 'validation_failed', fields: [{ pointer }] });
      expect(store.events).toEqual([]);
    });
  });

  describe('changed', () => {
    it('change in what is named only, with before and after on record', async () => {
      const user = await identity.create({ username: 'ada', email: 'a@example.com', emailVerified: true });
      const changed = await identity.update(user.id, { email: 'b@example.com', lastname: 'L' });
      expect(changed).toMatchObject({ username: 'ada', email: 'b@example.com', emailVerified: false, lastname: 'L' });
      expect(changed.version).toBeGreaterThan(user.version);
      expect(store.events.at(-1)).toMatchObject({
        type: 'user.updated',
        details: {
          changes: {
            email: { before: 'a@example.com', after: 'b@example.com' },
            email_verified: { before: true, after: false },
            lastname: { before: null, after: 'L' },
          },
        },
      });
    });

    it('are recorded only when something differs, and published again all the same', async () => {
      const user = await identity.create();
      expect((await identity.update(user.id, { enabled: true })).version).toBe(user.version);
      expect(store.events).toHaveLength(1);
      expect(identity.snapshots.published).toHaveLength(2);
    });

    it('are not overwritten by who has not seen the last change', async () => {
      const user = await identity.create();
      await identity.update(user.id, { firstname: 'A' }, user.version);
      await expect(identity.update(user.id, { firstname: 'B' }, user.version)).rejects.toMatchObject({
        code: 'precondition_failed',
      });
      await expect(identity.delete(user.id, user.version)).rejects.toMatchObject({ code: 'precondition_failed' });
    });

    it('keep a name that is taken from others', async () => {
      await identity.create({ username: 'ada' });
      const bob = await identity.create({ username: 'bob' });
      await expect(identity.update(bob.id, { username: 'Ada' })).rejects.toMatchObject({ code: 'conflict' });
      expect(await identity.update(bob.id, { username: 'Bob' })).toMatchObject({ username: 'Bob' });
    });

    it('who hold more than the actor can only be disabled', async () => {
      const user = await identity.create();
      identity.roles.refuseAccounts();
      for (const changes of [
        { email: 'mine@example.com' },
        { enabled: true },
        { enabled: false, username: 'x' },
        { requiredActions: [] },
      ]) {
        await expect(identity.update(user.id, changes)).rejects.toMatchObject({ reason: 'exceeds_actor' });
      }
      await expect(identity.reset(user.id, GOOD)).rejects.toMatchObject({ reason: 'exceeds_actor' });
      expect(await stored(user.id)).toMatchObject({ hasPassword: false, email: null });
      expect(await identity.update(user.id, { enabled: false })).toMatchObject({ enabled: false });
    });

    it('are left alone while nobody can say what they hold', async () => {
      const user = await identity.create();
      identity.roles.refusals.set(GuardAccount.subject, new AppError('unavailable'));
      await expect(identity.update(user.id, { firstname: 'x' })).rejects.toMatchObject({ code: 'unavailable' });
      expect(store.events).toHaveLength(1);
    });
  });

  describe('of master', () => {
    beforeEach(inMaster);

    it('stay when they are its last administrator, whichever way they would go', async () => {
      const user = await identity.create();
      identity.roles.keepAdministrators();
      const ways = [
        () => identity.update(user.id, { enabled: false }),
        () => identity.update(user.id, { requiredActions: ['UPDATE_PASSWORD'] }),
        () => identity.reset(user.id, GOOD, true),
        () => identity.delete(user.id),
      ];
      for (const way of ways) await expect(way()).rejects.toMatchObject({ reason: 'last_administrator' });
      expect(await stored(user.id)).toMatchObject({ enabled: true, requiredActions: [], hasPassword: false });
      await identity.reset(user.id, GOOD);
      await identity.update(user.id, { firstname: 'x' });
      expect(identity.roles.countOf(WithdrawAdministrator)).toBe(ways.length);
    });

    it('of other realms need no administrator', async () => {
      identity = new PeopleHarness(store);
      const user = await identity.create();
      await identity.delete(user.id);
      expect(identity.roles.countOf(WithdrawAdministrator)).toBe(0);
    });
  });

  describe('passwords', () => {
    it('let in once set, replace the old one, and are nowhere to be read', async () => {
      const user = await identity.create({ username: 'ada' });
      await identity.reset(user.id, GOOD);
      expect(await identity.verify('ada', GOOD)).toEqual({ outcome: 'verified', userId: user.id });
      expect(identity.snapshots.published.at(-1)?.value).toMatchObject({ canSignIn: true });
      await identity.reset(user.id, `${GOOD}!`);
      expect(await identity.verify('ada', GOOD)).toMatchObject({ reason: 'wrong_password' });
      const [, first, second] = store.events;
      expect(first).toMatchObject({
        type: 'user.password_changed',
        details: { temporary: false, changes: { password: { before: null, after: '***' } } },
      });
      expect(second).toMatchObject({ details: { changes: { password: { before: '***', after: '***' } } } });
      expect(JSON.stringify(store.events)).not.toContain(GOOD);
    });

    it('let nobody in while they are temporary', async () => {
      const user = await identity.create({ username: 'ada' });
      await identity.reset(user.id, GOOD, true);
      expect(await stored(user.id)).toMatchObject({ requiredActions: ['UPDATE_PASSWORD'] });
      expect(await identity.verify('ada', GOOD)).toMatchObject({ reason: 'action_required' });
      expect(identity.snapshots.published.at(-1)?.value).toMatchObject({ canSignIn: false });
      await identity.reset(user.id, `${GOOD}?`);
      expect(await identity.verify('ada', `${GOOD}?`)).toMatchObject({ outcome: 'verified' });
    });

    it('are held to the policy that the realm has now', async () => {
      const user = await identity.create({ username: 'ada' });
      const refused = { code: 'validation_failed', fields: [{ pointer: '/value' }] };
      await expect(identity.reset(user.id, 'short')).rejects.toMatchObject(refused);
      identity.policy = { ...DEFAULT_PASSWORD_POLICY, minLength: 30 };
      await expect(identity.reset(user.id, GOOD)).rejects.toMatchObject(refused);
      identity.policy = { ...DEFAULT_PASSWORD_POLICY, blockedWords: ['otter'] };
      await expect(identity.reset(user.id, GOOD)).rejects.toMatchObject(refused);
      expect(identity.hasher.compared).toEqual([]);
      identity.policy = DEFAULT_PASSWORD_POLICY;
      await identity.reset(user.id, GOOD);
    });
  });

  describe('deleted', () => {
    it('are gone with their password; their roles follow', async () => {
      const user = await identity.create({ username: 'ada' });
      await identity.reset(user.id, GOOD);
      await identity.delete(user.id);
      expect(await stored(user.id)).toBeNull();
      expect(await identity.verify('ada', GOOD)).toMatchObject({ reason: 'unknown_user' });
      const { realmId } = identity.realm;
      expect(store.calls).toEqual([{ contract: RemoveSubjectRoles, request: { realmId, subjectId: user.id } }]);
      expect(identity.snapshots.published.at(-1)).toMatchObject({ key: `${realmId}/${user.id}`, value: null });
      expect(store.events.at(-1)).toMatchObject({ type: 'user.deleted', details: { user: { username: 'ada' } } });
      await expect(identity.delete(user.id)).rejects.toMatchObject({ code: 'not_found' });
    });
  });

  it('are found in their own realm only', async () => {
    const user = await identity.create();
    const elsewhere = new PeopleHarness(store);
    for (const way of [
      () => elsewhere.update(user.id, { enabled: false }),
      () => elsewhere.delete(user.id),
      () => elsewhere.reset(user.id, GOOD),
    ]) {
      await expect(way()).rejects.toMatchObject({ code: 'not_found' });
    }
  });

  it('are no service accounts: those follow their client', async () => {
    const id = await identity.ensureAccount({ clientId: uuidv7() });
    for (const way of [
      () => identity.update(id, { enabled: false }),
      () => identity.update(id, { username: 'free' }),
      () => identity.delete(id),
      () => identity.reset(id, GOOD),
    ]) {
      await expect(way()).rejects.toMatchObject({ code: 'conflict', reason: 'service_account' });
    }
    expect(store.events).toHaveLength(1);
    expect(identity.roles.asked).toEqual([]);
  });
});
