import { describe, expect, it } from '@jest/globals';
import {
  ClearRealm,
  NameRealmOfRoles,
  NameRealmOfUsers,
  RemoveRealmKeys,
  RemoveRealmRoles,
  RemoveRealmUsers,
} from '#contracts';
import { AppError } from '#errors';
import { ADMINISTRATOR } from '../testing/builders.js';
import { InMemoryRegistry } from '../testing/in-memory-registry.js';
import { TestBench } from '../testing/test-bench.js';
import { ClearRealm as ClearRealmUseCase } from './clear-realm.js';

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

describe('UpdateRealm, renaming', () => {
  const renaming = (realmId: string, name: string) => ({ actor, realmId, ifVersion: null, changes: { name } });

  it('fences every key of both names, publishes the old one as absent and tells the other services', async () => {
    const bench = new TestBench(new InMemoryRegistry());
    const realm = await bench.storeRealm();
    const client = await bench.storeClient(realm);
    expect(await bench.updateRealm.execute(renaming(realm.id, 'umbrella'), bench.context)).toMatchObject({
      id: realm.id,
      name: 'umbrella',
      version: 2,
    });
    expect(new Set(bench.writer.log)).toEqual(
      new Set([
        'fence registry.realm:acme',
        'fence registry.realm:umbrella',
        'publish registry.realm:umbrella',
        'publish registry.realm:acme (absent)',
      ]),
    );
    const { state, clients, snapshots } = bench.adapters;
    expect(await clients.findById(realm.id, client.id)).toEqual(client);
    expect((await snapshots.realms(['acme']))[0]?.value).toBeNull();
    expect(state.events.map(({ type, realm: name, details }) => [type, name, details])).toEqual([
      ['realm.updated', 'umbrella', { changes: { name: { before: 'acme', after: 'umbrella' } } }],
    ]);
    const told = [{ realmId: realm.id, realmName: 'umbrella' }];
    expect([bench.messages.sentTo(NameRealmOfUsers), bench.messages.sentTo(NameRealmOfRoles)]).toEqual([told, told]);
    expect(state.provisions.size).toBe(0);
  });

  it('succeeds while another service is away, which hears of it later', async () => {
    const bench = new TestBench(new InMemoryRegistry());
    const realm = await bench.storeRealm();
    bench.messages.on(NameRealmOfUsers, () => Promise.reject(new AppError('unavailable')));
    await bench.updateRealm.execute(renaming(realm.id, 'umbrella'), bench.context);
    expect(bench.adapters.state.provisions.size).toBe(1);
    bench.messages.on(NameRealmOfUsers, () => ({}));
    await bench.giveUpStaleProvisions.execute(bench.context);
    expect(bench.adapters.state.provisions.size).toBe(0);
    expect(bench.adapters.state.calls).toEqual([]);
    expect(bench.messages.sentTo(NameRealmOfUsers)).toHaveLength(2);
  });

  it('refuses master, a name that is taken, and names that are no names or reserved', async () => {
    const bench = new TestBench(new InMemoryRegistry());
    const realm = await bench.storeRealm();
    const master = await bench.storeRealm({ name: 'master' });
    await bench.storeRealm({ name: 'taken' });
    const attempt = (realmId: string, name: string) =>
      bench.updateRealm.execute(renaming(realmId, name), bench.context);
    await expect(attempt(master.id, 'mistress')).rejects.toMatchObject({ code: 'conflict', reason: 'master_realm' });
    await expect(attempt(realm.id, 'master')).rejects.toMatchObject({ code: 'conflict' });
    await expect(attempt(realm.id, 'taken')).rejects.toMatchObject({ code: 'conflict' });
    for (const name of ['Master', '', '.x', 'a/b', 'x'.repeat(64)]) {
      await expect(attempt(realm.id, name)).rejects.toMatchObject({
        code: 'validation_failed',
        fields: [{ pointer: '/name' }],
      });
    }
    expect((await bench.adapters.realms.findById(realm.id))?.name).toBe('acme');
    expect(await attempt(master.id, 'master')).toMatchObject({ version: 1 });
  });
});

describe('DeleteRealm', () => {
  it('deletes realm and clients, publishes its absence and has every service clean up', async () => {
    const bench = new TestBench(new InMemoryRegistry());
    const realm = await bench.storeRealm();
    await bench.storeClient(realm);
    await bench.deleteRealm.execute({ actor, realmId: realm.id, ifVersion: 1 }, bench.context);
    const { state } = bench.adapters;
    expect(state.realms.size).toBe(0);
    expect(bench.writer.log).toEqual(['fence registry.realm:acme', 'publish registry.realm:acme (absent)']);
    expect(state.calls.map(({ contract }) => contract)).toEqual([
      ClearRealm,
      RemoveRealmRoles,
      RemoveRealmKeys,
      RemoveRealmUsers,
    ]);
    expect(state.events.map(({ type }) => type)).toEqual(['realm.deleted']);
    expect(state.clients.size).toBe(1);
    await new ClearRealmUseCase(bench.adapters.transactions).execute({ realmId: realm.id });
    expect(bench.adapters.state.clients.size).toBe(0);
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
