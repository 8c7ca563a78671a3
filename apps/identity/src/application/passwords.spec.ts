import { beforeEach, describe, expect, it } from '@jest/globals';
import { newCallContext } from '#messaging';
import { v7 as uuidv7 } from 'uuid';
import { CountingHasher, IdentityHarness } from '../testing/identity-harness.js';
import { InMemoryUserStore } from '../testing/in-memory-user-store.js';
import { VerifyPassword } from './verify-password.js';

describe('passwords', () => {
  let store: InMemoryUserStore;
  let identity: IdentityHarness;
  let userId: string;

  beforeEach(async () => {
    store = new InMemoryUserStore();
    identity = new IdentityHarness(store);
    ({ userId } = await identity.ensureAdministrator('correct horse'));
  });

  it('verify, without regard to the case of the name', async () => {
    expect(await identity.verify('ADMIN', 'correct horse')).toEqual({ outcome: 'verified', userId });
  });

  it('take one comparison, whoever is asked for', async () => {
    const clientId = uuidv7();
    const accountId = await identity.ensureAccount({ clientId });
    const user = await store.findUser({ realmId: identity.realm.realmId, userId });
    expect(await identity.verify('admin', 'wrong')).toEqual({ outcome: 'refused', reason: 'wrong_password', userId });
    expect(await identity.verify('nobody', 'x')).toEqual({ outcome: 'refused', reason: 'unknown_user', userId: null });
    expect(await identity.verify('service-account-billing', 'x')).toEqual({
      outcome: 'refused',
      reason: 'no_password',
      userId: accountId,
    });
    if (user !== null) await store.transaction((transaction) => transaction.saveUser({ ...user, enabled: false }));
    expect(await identity.verify('admin', 'correct horse')).toMatchObject({ reason: 'user_disabled' });
    expect(identity.hasher.compared.map((hash) => hash !== null)).toEqual([true, false, false, true]);
    expect(identity.observer.seen).toEqual(['wrong_password', 'unknown_user', 'no_password', 'user_disabled']);
  });

  it('are those of the realm asked for', async () => {
    const elsewhere = { realmId: uuidv7(), username: 'admin', password: 'correct horse' };
    expect(await identity.verifyPassword.execute(elsewhere, identity.context)).toMatchObject({
      reason: 'unknown_user',
    });
  });

  it('are turned away at once when too many wait, before anybody is looked up', async () => {
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    class SlowHasher extends CountingHasher {
      override async verify(hash: string | null, password: string): Promise<boolean> {
        await gate;
        return super.verify(hash, password);
      }
    }
    const verify = new VerifyPassword(
      store,
      new SlowHasher(),
      identity.hashing,
      identity.limits,
      identity.observer,
      identity.clock,
    );
    const request = { realmId: identity.realm.realmId, username: 'admin', password: 'correct horse' };
    const served = [verify.execute(request, identity.context), verify.execute(request, identity.context)];
    await expect(verify.execute(request, identity.context)).rejects.toMatchObject({ code: 'overloaded' });
    release();
    expect(await Promise.all(served)).toMatchObject([{ outcome: 'verified' }, { outcome: 'verified' }]);
    expect(identity.observer.seen).toEqual(['shed', 'verified', 'verified']);
  });

  it('are not hashed for a caller that has left', async () => {
    const caller = new AbortController();
    caller.abort();
    const context = newCallContext({ deadlineMs: 1_000, signal: caller.signal });
    const request = { realmId: identity.realm.realmId, username: 'admin', password: 'x' };
    await expect(identity.verifyPassword.execute(request, context)).rejects.toMatchObject({ code: 'cancelled' });
    expect(identity.hasher.compared).toEqual([]);
  });

  describe('after too many that were wrong', () => {
    const from = (ip: string | null, password: string, username = 'admin') =>
      identity.verifyPassword.execute({ realmId: identity.realm.realmId, username, password, ip }, identity.context);
    const fail = async (times: number, ip: string, username = 'admin'): Promise<void> => {
      for (let count = 0; count < times; count += 1)
        expect(await from(ip, 'wrong', username)).toMatchObject({ outcome: 'refused' });
    };
    const slowed = { code: 'too_many_requests', reason: 'too_many_failed_sign_ins' };

    it('wait longer and longer, right or wrong, and are not compared meanwhile', async () => {
      await fail(3, '192.0.2.1');
      for (const [round, seconds] of [1, 2, 4, 8, 8].entries()) {
        const compared = identity.hasher.compared.length;
        await expect(from('192.0.2.1', 'correct horse')).rejects.toMatchObject({
          ...slowed,
          retryAfterSeconds: seconds,
        });
        expect(identity.hasher.compared).toHaveLength(compared);
        identity.clock.advance(seconds * 1_000);
        if (round < 4) await fail(1, '192.0.2.1');
      }
      expect(await from('192.0.2.1', 'correct horse')).toMatchObject({ outcome: 'verified' });
      await fail(3, '192.0.2.1');
      expect(identity.observer.seen.filter((one) => one === 'slowed')).toHaveLength(5);
    });

    it('do so for names that nobody has as well, and in any case', async () => {
      await fail(2, '192.0.2.1', 'Nobody');
      await fail(1, '192.0.2.1', 'nobody');
      await expect(from('192.0.2.1', 'x', 'NOBODY')).rejects.toMatchObject(slowed);
      expect(await from('192.0.2.1', 'x', 'somebody')).toMatchObject({ outcome: 'refused' });
    });

    it('do not keep the user out who comes from elsewhere, unless they come from everywhere', async () => {
      await fail(3, '192.0.2.1');
      expect(await from('192.0.2.2', 'correct horse')).toMatchObject({ outcome: 'verified' });
      await fail(3, '2001:db8::1');
      await expect(from('2001:db8::ffff', 'x')).rejects.toMatchObject(slowed);
      await fail(2, '2001:db8:0:1::1');
      await expect(from('198.51.100.1', 'correct horse')).rejects.toMatchObject({ ...slowed, retryAfterSeconds: 1 });
    });

    it('count many at once as many', async () => {
      const outcomes = await Promise.allSettled(Array.from({ length: 2 }, () => from('192.0.2.1', 'wrong')));
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
      await fail(1, '192.0.2.1');
      await expect(from('192.0.2.1', 'wrong')).rejects.toMatchObject(slowed);
    });
  });
});
