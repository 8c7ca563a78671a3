import { describe, expect, it } from '@jest/globals';
import { RemoveRealmKeys, RemoveRealmRoles, RemoveRealmUsers } from '#contracts';
import { ADMINISTRATOR } from '../testing/builders.js';
import { InMemoryRegistry } from '../testing/in-memory-registry.js';
import { TestBench } from '../testing/test-bench.js';

const actor = ADMINISTRATOR;

describe('UpdateRealm', () => {
  it('changes, records what differs and publishes a greater version', async () => {
    const bench = new TestBench(new InMemoryRegistry());
    const realm = await bench.storeRealm();
    const changes = { enabled: false, settings: { accessTokenLifetimeSeconds: 60 } };
    const reply = await bench.updateRealm.execute({ actor, realmId: realm.id, ifVersion: 1, changes }, bench.context);
    expect(reply).toMatchObject({ enabled: false, version: 2, settings: { accessTokenLifetimeSeconds: 60 } });
    expect(bench.adapters.state.events.map(({ type, details }) => [type, details])).toEqual([
      [
        'realm.updated',
        {
          changes: {
            enabled: { before: true, after: false },
            access_token_lifetime: { before: 300, after: 60 },
          },
        },
      ],
    ]);
    const [published] = bench.writer.published;
    expect(published?.value).toMatchObject({ enabled: false });
    expect(published?.version).toBeGreaterThan(realm.snapshotVersion);
  });

  it('publishes again, without an event, when nothing differs: an earlier attempt may have died in between', async () => {
    const bench = new TestBench(new InMemoryRegistry());
    const realm = await bench.storeRealm();
    const request = { actor, realmId: realm.id, ifVersion: null, changes: { enabled: true } };
    expect(await bench.updateRealm.execute(request, bench.context)).toMatchObject({ version: 1 });
    expect(bench.writer.log).toEqual(['fence registry.realm:acme', 'publish registry.realm:acme']);
    expect(bench.writer.published[0]?.version).toBe(realm.snapshotVersion);
    expect(bench.adapters.state.events).toEqual([]);
  });

  it('refuses an old version and an unknown realm', async () => {
    const bench = new TestBench(new InMemoryRegistry());
    const realm = await bench.storeRealm();
    const request = { actor, realmId: realm.id, ifVersion: 7, changes: { enabled: false } };
    await expect(bench.updateRealm.execute(request, bench.context)).rejects.toMatchObject({
      code: 'precondition_failed',
    });
    await expect(
      bench.updateRealm.execute({ ...request, realmId: ADMINISTRATOR.id ?? '' }, bench.context),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('DeleteRealm', () => {
  it('deletes realm and clients, publishes its absence and has every service clean up', async () => {
    const bench = new TestBench(new InMemoryRegistry());
    const realm = await bench.storeRealm();
    await bench.storeClient(realm);
    await bench.deleteRealm.execute({ actor, realmId: realm.id, ifVersion: 1 }, bench.context);
    const { state } = bench.adapters;
    expect([state.realms.size, state.clients.size]).toEqual([0, 0]);
    expect(bench.writer.log).toEqual(['fence registry.realm:acme', 'publish registry.realm:acme (absent)']);
    expect(state.calls.map(({ contract }) => contract)).toEqual([RemoveRealmRoles, RemoveRealmKeys, RemoveRealmUsers]);
    expect(state.events.map(({ type }) => type)).toEqual(['realm.deleted']);
  });

  it('never deletes master', async () => {
    const bench = new TestBench(new InMemoryRegistry());
    const master = await bench.storeRealm({ name: 'master' });
    await expect(
      bench.deleteRealm.execute({ actor, realmId: master.id, ifVersion: null }, bench.context),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect(bench.adapters.state.realms.size).toBe(1);
  });
});
