import type { Client, ClientChanges } from '../domain/client.js';
import { ADMINISTRATOR } from './builders.js';
import { InMemoryRegistry } from './in-memory-registry.js';
import { TestBench } from './test-bench.js';

/** A registry with one client, and the administrator's ways to change it. */
export async function withClient(facts: Partial<Client> = {}) {
  const bench = new TestBench(new InMemoryRegistry());
  const realm = await bench.storeRealm();
  const client = await bench.storeClient(realm, facts);
  const update = (changes: ClientChanges, ifVersion: number | null = null) =>
    bench.updateClient.execute(
      { actor: ADMINISTRATOR, realmId: realm.id, id: client.id, ifVersion, changes: changes as object },
      bench.context,
    );
  const rotate = (graceSeconds: number) =>
    bench.rotateClientSecret.execute(
      { actor: ADMINISTRATOR, realmId: realm.id, id: client.id, graceSeconds },
      bench.context,
    );
  return { bench, realm, client, registry: bench.adapters, update, rotate };
}
