import type { Actor, RealmConfiguration } from '#contracts';
import { ADMINISTRATOR } from './builders.js';
import { InMemoryRegistry } from './in-memory-registry.js';
import { TestBench } from './test-bench.js';

/** A realm, and the ways to configure it and to look at what came of it. */
export async function configuring() {
  const bench = new TestBench(new InMemoryRegistry());
  const realm = await bench.storeRealm();
  const send = (
    configuration: RealmConfiguration,
    { dryRun = false, secrets = {}, actor = ADMINISTRATOR as Actor, planDigest = null as string | null } = {},
  ) =>
    bench.applyConfiguration.execute(
      { actor, realmId: realm.id, configuration, secrets, dryRun, planDigest },
      bench.context,
    );
  /** What it changes, in words. */
  const names = async (...args: Parameters<typeof send>) =>
    (await send(...args)).changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`);
  const client = (clientId: string) => bench.adapters.clients.findByClientId(realm.id, clientId);
  return { bench, realm, send, names, client };
}

/** What `configuring` gives. */
export type Configuring = Awaited<ReturnType<typeof configuring>>;

/** The administrator with these permissions alone. */
export const holding = (...permissions: string[]): Actor => ({ ...ADMINISTRATOR, permissions });
