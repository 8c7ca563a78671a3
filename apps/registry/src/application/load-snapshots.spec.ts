import { beforeEach, describe, expect, it } from '@jest/globals';
import { ClientSnapshot, clientSnapshotKey, RealmSnapshot } from '#contracts';
import { Value } from '@sinclair/typebox/value';
import type { Realm } from '../domain/realm.js';
import { ADMINISTRATOR } from '../testing/builders.js';
import { InMemoryRegistry } from '../testing/in-memory-registry.js';
import { TestBench } from '../testing/test-bench.js';
import { LoadClientSnapshots } from './load-client-snapshots.js';
import { LoadRealmSnapshots } from './load-realm-snapshots.js';

describe('loading snapshots', () => {
  let bench: TestBench<InMemoryRegistry>;
  let realm: Realm;

  beforeEach(async () => {
    bench = new TestBench(new InMemoryRegistry());
    realm = await bench.storeRealm();
  });

  const loadClients = (...keys: string[]) => new LoadClientSnapshots(bench.adapters.snapshots).execute(keys);
  const loadRealms = (...keys: string[]) => new LoadRealmSnapshots(bench.adapters.snapshots).execute(keys);

  it('answers each key in order, absence with its version, in the form of the contract', async () => {
    const loaded = await loadRealms('nobody', 'acme');
    expect(loaded).toEqual([
      { key: 'nobody', version: 0, value: null },
      { key: 'acme', version: realm.snapshotVersion, value: expect.objectContaining({ id: realm.id }) },
    ]);
    expect(Value.Check(RealmSnapshot.load.reply, { snapshots: loaded })).toBe(true);
  });

  it('finds a client whose client_id has slashes, and nothing under a key without one', async () => {
    const client = await bench.storeClient(realm, { clientId: 'https://api.example/v1' });
    const key = clientSnapshotKey(client);
    const loaded = await loadClients(key, realm.id, '/', `${realm.id}/`);
    expect(loaded.map(({ value }) => value?.id ?? null)).toEqual([client.id, null, null, null]);
    expect(Value.Check(ClientSnapshot.load.reply, { snapshots: loaded })).toBe(true);
  });

  it('gives the same value for a version as was published with it', async () => {
    const { id } = await bench.storeClient(realm);
    const request = { actor: ADMINISTRATOR, realmId: realm.id, id, graceSeconds: 60 };
    await bench.rotateClientSecret.execute(request, bench.context);
    const [published] = bench.writer.published;
    // Time passes, a secret expires: the version is the same, so the value must be.
    bench.clock.advance(120_000);
    const [loaded] = await loadClients(`${realm.id}/billing`);
    expect(loaded).toEqual({ key: `${realm.id}/billing`, version: published?.version, value: published?.value });
  });
});
