import { describe, expect, it } from '@jest/globals';
import { ProvisionRealmKeys, ProvisionRealmRoles, RemoveRealmKeys, RemoveRealmRoles } from '#contracts';
import { AppError } from '#errors';
import { ADMINISTRATOR } from '../testing/builders.js';
import { InMemoryRegistry } from '../testing/in-memory-registry.js';
import { TestBench } from '../testing/test-bench.js';

const request = { actor: ADMINISTRATOR, name: 'acme', displayName: 'Acme' };

describe('CreateRealm', () => {
  it('asks the other services first, then stores realm and system clients with their events, fenced and published', async () => {
    const bench = new TestBench(new InMemoryRegistry());
    const realm = await bench.createRealm.execute(request, bench.context);
    const { state } = bench.adapters;
    expect(bench.messages.sentTo(ProvisionRealmRoles)).toEqual([{ realmId: realm.id, realmName: 'acme' }]);
    expect(bench.messages.sentTo(ProvisionRealmKeys)).toEqual([
      { realmId: realm.id, realmName: 'acme', algorithm: 'ES256' },
    ]);
    expect([...state.clients.values()].map(({ clientId }) => clientId)).toEqual([
      'realm-management',
      'console',
      'account',
    ]);
    expect(state.events.map(({ type, client_id }) => [type, client_id])).toEqual([
      ['realm.created', null],
      ['client.created', 'realm-management'],
      ['client.created', 'console'],
      ['client.created', 'account'],
    ]);
    expect(state.events[0]).toMatchObject({
      realm: 'acme',
      realm_id: realm.id,
      actor: { kind: 'user' },
      ip: '192.0.2.7',
    });
    expect(bench.writer.log).toEqual([
      'fence registry.realm:acme',
      `fence registry.client:${realm.id}/realm-management`,
      `fence registry.client:${realm.id}/console`,
      `fence registry.client:${realm.id}/account`,
      'publish registry.realm:acme',
      `publish registry.client:${realm.id}/realm-management`,
      `publish registry.client:${realm.id}/console`,
      `publish registry.client:${realm.id}/account`,
    ]);
    expect(state.provisions.size).toBe(0);
    expect(state.calls).toEqual([]);
    expect(bench.outbox.flushes).toBe(1);
  });

  it('refuses a name that is taken before it asks anybody, comparing byte by byte', async () => {
    const bench = new TestBench(new InMemoryRegistry());
    await bench.createRealm.execute(request, bench.context);
    const asked = bench.messages.calls.length;
    await expect(bench.createRealm.execute(request, bench.context)).rejects.toMatchObject({ code: 'conflict' });
    expect(bench.messages.calls).toHaveLength(asked);
    await expect(bench.createRealm.execute({ ...request, name: 'Acme' }, bench.context)).resolves.toMatchObject({
      name: 'Acme',
    });
  });

  it('stores nothing and has everything removed again when a service refuses', async () => {
    const bench = new TestBench(new InMemoryRegistry());
    bench.messages.on(ProvisionRealmKeys, () => {
      throw new AppError('unavailable');
    });
    await expect(bench.createRealm.execute(request, bench.context)).rejects.toMatchObject({ code: 'unavailable' });
    const { state } = bench.adapters;
    expect(state.realms.size).toBe(0);
    expect(state.events).toEqual([]);
    const realmId = bench.messages.sentTo(ProvisionRealmRoles)[0]?.realmId;
    expect(state.calls).toEqual([
      { contract: RemoveRealmRoles, request: { realmId } },
      { contract: RemoveRealmKeys, request: { realmId } },
    ]);
    expect(state.provisions.size).toBe(0);
  });

  it('makes one of many that want the same name at once, and has the losers cleaned up', async () => {
    const bench = new TestBench(new InMemoryRegistry());
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => bench.createRealm.execute(request, bench.context)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { state } = bench.adapters;
    expect(state.realms.size).toBe(1);
    expect(state.provisions.size).toBe(0);
    const [winner] = state.realms.keys();
    const removed = state.calls.map(({ request: removal }) => (removal as { realmId: string }).realmId);
    expect(removed).toHaveLength(14);
    expect(removed).not.toContain(winner);
  });

  it('writes nothing when the snapshots cannot be fenced', async () => {
    const bench = new TestBench(new InMemoryRegistry());
    bench.writer.available = false;
    await expect(bench.createRealm.execute(request, bench.context)).rejects.toMatchObject({ code: 'unavailable' });
    expect(bench.adapters.state.realms.size).toBe(0);
    expect(bench.adapters.state.calls).toHaveLength(2);
  });
});
