import { beforeEach, describe, expect, it } from '@jest/globals';
import { IdentityHarness } from '../testing/identity-harness.js';
import { InMemoryUserStore } from '../testing/in-memory-user-store.js';

describe('first administrator', () => {
  let store: InMemoryUserStore;
  let identity: IdentityHarness;

  beforeEach(() => {
    store = new InMemoryUserStore();
    identity = new IdentityHarness(store);
  });

  it('is made with the password that was set, which is told to nobody', async () => {
    const { userId, created } = await identity.ensureAdministrator('correct horse', 'root');
    expect(created).toBe(true);
    expect(await identity.verify('root', 'correct horse')).toEqual({ outcome: 'verified', userId });
    expect(identity.notice.told).toEqual([]);
    expect(store.events).toMatchObject([
      { type: 'user.created', subject_id: userId, realm: 'acme', client_id: null, details: { username: 'root' } },
    ]);
    expect(JSON.stringify(store.events)).not.toContain('correct horse');
    expect(identity.snapshots.published).toMatchObject([{ value: { id: userId, clientId: null, enabled: true } }]);
  });

  it('gets a strong password that is told once and works, when none was set', async () => {
    const { userId } = await identity.ensureAdministrator();
    expect(identity.notice.told).toHaveLength(1);
    const { username, password } = identity.notice.told[0] ?? { username: '', password: '' };
    expect(password).toMatch(/^[A-Za-z2-9]{24}$/);
    expect(await identity.verify(username, password)).toEqual({ outcome: 'verified', userId });
    expect(JSON.stringify(store.events)).not.toContain(password);
  });

  it('is left alone when there, password and all', async () => {
    const first = await identity.ensureAdministrator('correct horse');
    const second = await identity.ensureAdministrator('battery staple');
    const third = await identity.ensureAdministrator();
    expect([second, third]).toEqual([
      { userId: first.userId, created: false },
      { userId: first.userId, created: false },
    ]);
    expect(await identity.verify('admin', 'correct horse')).toMatchObject({ outcome: 'verified' });
    expect(identity.notice.told).toEqual([]);
    expect(store.events).toHaveLength(1);
  });

  it('is made once by replicas that start together, and only the password that works is told', async () => {
    const results = await Promise.all([1, 2, 3].map(() => identity.ensureAdministrator()));
    expect(results.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(results.map(({ userId }) => userId)).size).toBe(1);
    expect(identity.notice.told).toHaveLength(1);
    expect(await identity.verify('admin', identity.notice.told[0]?.password ?? '')).toMatchObject({
      outcome: 'verified',
    });
  });

  it('is not made when its password could not be told, so that the next start tries again', async () => {
    identity.notice.failure = new Error('stdout is closed');
    await expect(identity.ensureAdministrator()).rejects.toThrow('stdout is closed');
    expect(store.events).toEqual([]);
    identity.notice.failure = null;
    expect(await identity.ensureAdministrator()).toMatchObject({ created: true });
  });
});
