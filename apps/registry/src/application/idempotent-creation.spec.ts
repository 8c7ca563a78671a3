import { describe, expect, it } from '@jest/globals';
import { RemoveServiceAccount } from '#contracts';
import { ADMINISTRATOR, aRegistration } from '../testing/builders.js';
import { InMemoryRegistry } from '../testing/in-memory-registry.js';
import { TestBench } from '../testing/test-bench.js';

async function withRealm() {
  const bench = new TestBench(new InMemoryRegistry());
  return { bench, realm: await bench.storeRealm(), state: () => bench.adapters.state };
}
const HOUR_MS = 3_600_000;

describe('IdempotentCreation', () => {
  it('creates one client under a key and answers the same again, without the secret', async () => {
    const { bench, realm, state } = await withRealm();
    const request = aRegistration(realm.id, { clientId: null, idempotencyKey: 'order-1', serviceAccountEnabled: true });
    const first = await bench.registerClient.execute(request, bench.context);
    const again = await bench.registerClient.execute({ ...request }, bench.context);
    expect(again).toEqual({ client: first.client, clientSecret: null, replayed: true });
    expect(first.clientSecret).toMatch(/^chs_/);
    expect(first.replayed).toBeUndefined();
    expect([state().clients.size, state().events.length, state().provisions.size]).toEqual([1, 1, 0]);
    expect(JSON.stringify([...state().answers.values()])).not.toContain(first.clientSecret);
    expect(JSON.stringify([...state().answers.values()])).not.toContain('order-1');
  });

  it('creates one realm under a key', async () => {
    const { bench, state } = await withRealm();
    const request = { actor: ADMINISTRATOR, name: 'umbrella', displayName: null, idempotencyKey: 'k' };
    const first = await bench.createRealm.execute(request, bench.context);
    expect(await bench.createRealm.execute(request, bench.context)).toEqual({ ...first, replayed: true });
    expect(state().realms.size).toBe(2);
  });

  it('refuses the key for another request', async () => {
    const { bench, realm, state } = await withRealm();
    const request = aRegistration(realm.id, { idempotencyKey: 'k' });
    await bench.registerClient.execute(request, bench.context);
    const other = { ...request, name: 'Other' };
    await expect(bench.registerClient.execute(other, bench.context)).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    expect(state().clients.size).toBe(1);
  });

  it('keeps the keys of actors, realms and operations apart', async () => {
    const { bench, realm, state } = await withRealm();
    const other = await bench.storeRealm({ name: 'other' });
    const request = aRegistration(realm.id, { clientId: null, idempotencyKey: 'k' });
    const somebody = { ...ADMINISTRATOR, id: '01890000-0000-7000-8000-0000000000ff' };
    await bench.registerClient.execute(request, bench.context);
    await bench.registerClient.execute({ ...request, realmId: other.id }, bench.context);
    await bench.registerClient.execute({ ...request, actor: somebody }, bench.context);
    await bench.createRealm.execute(
      { actor: ADMINISTRATOR, name: 'new', displayName: null, idempotencyKey: 'k' },
      bench.context,
    );
    expect(state().answers.size).toBe(4);
    // The same actor through another client, with other rights by now, is still the same.
    const elsewhere = { ...ADMINISTRATOR, clientId: 'console', permissions: [] };
    const again = await bench.registerClient.execute({ ...request, actor: elsewhere }, bench.context);
    expect(again.replayed).toBe(true);
  });

  it('forgets after a day', async () => {
    const { bench, realm } = await withRealm();
    const request = aRegistration(realm.id, { clientId: null, idempotencyKey: 'k' });
    await bench.registerClient.execute(request, bench.context);
    bench.clock.advance(24 * HOUR_MS);
    expect((await bench.registerClient.execute(request, bench.context)).replayed).toBe(true);
    bench.clock.advance(1);
    expect((await bench.registerClient.execute(request, bench.context)).replayed).toBeUndefined();
  });

  it('keeps nothing of a creation that failed, and tries it afresh', async () => {
    const { bench, realm, state } = await withRealm();
    await bench.storeClient(realm);
    const request = aRegistration(realm.id, { idempotencyKey: 'k' });
    await expect(bench.registerClient.execute(request, bench.context)).rejects.toMatchObject({ code: 'conflict' });
    expect(state().answers.size).toBe(0);
    const free = { ...request, clientId: 'free' };
    expect((await bench.registerClient.execute(free, bench.context)).replayed).toBeUndefined();
  });

  it('creates one of several that come at once; what the others began is undone', async () => {
    const { bench, realm, state } = await withRealm();
    const request = aRegistration(realm.id, { clientId: null, idempotencyKey: 'k', serviceAccountEnabled: true });
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => bench.registerClient.execute(request, bench.context)),
    );
    expect(new Set(answers.map(({ client }) => client.id)).size).toBe(1);
    expect(answers.filter(({ clientSecret }) => clientSecret !== null)).toHaveLength(1);
    expect([state().clients.size, state().provisions.size]).toEqual([1, 0]);
    expect(bench.messages.sentTo(RemoveServiceAccount)).toHaveLength(3);
  });

  it('forgets the answer with its realm', async () => {
    const { bench, state } = await withRealm();
    const request = { actor: ADMINISTRATOR, name: 'umbrella', displayName: null, idempotencyKey: 'k' };
    const { id: realmId } = await bench.createRealm.execute(request, bench.context);
    await bench.deleteRealm.execute({ actor: ADMINISTRATOR, realmId, ifVersion: null }, bench.context);
    expect(state().answers.size).toBe(1);
    expect((await bench.createRealm.execute(request, bench.context)).id).not.toBe(realmId);
  });
});
