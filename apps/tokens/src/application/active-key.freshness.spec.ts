import { FencingSnapshotWriter, MemorySnapshotStore, ValidatingSnapshotReader } from '#cache';
import { ActiveKeySnapshot, activeKeySnapshotKey } from '#contracts';
import { AppError } from '#errors';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeMessageClient } from '../testing/platform-fakes.js';
import { ID, World } from '../testing/world.js';
import { EnsureActiveKey } from './ensure-active-key.js';
import { LoadActiveKeys } from './load-active-keys.js';
import { RotateSigningKey } from './rotate-signing-key.js';
import { SigningKeys } from './signing-keys.js';
import { SnapshotView } from './snapshot-view.js';

const REALM = { id: ID.realm, name: 'acme' };

/** The shared store, which can be away for reads, or altogether. */
class FailingStore extends MemorySnapshotStore {
  failing: 'nothing' | 'reads' | 'publishing' | 'everything' = 'nothing';

  override read(...args: Parameters<MemorySnapshotStore['read']>): ReturnType<MemorySnapshotStore['read']> {
    return this.unless('reads', () => super.read(...args));
  }
  override fence(...args: Parameters<MemorySnapshotStore['fence']>): Promise<void> {
    return this.unless('everything', () => super.fence(...args));
  }
  override publish(...args: Parameters<MemorySnapshotStore['publish']>): Promise<void> {
    return this.unless('publishing', () => super.publish(...args));
  }

  private async unless<T>(what: FailingStore['failing'], work: () => Promise<T>): Promise<T> {
    if (this.failing === what || this.failing === 'everything') throw new AppError('unavailable');
    return await work();
  }
}

let world: World;
let store: FailingStore;
let owner: FakeMessageClient;
beforeEach(() => {
  world = new World();
  store = new FailingStore();
  owner = new FakeMessageClient();
  const load = new LoadActiveKeys(world.repository);
  owner.answer = async ({ keys }: { keys: string[] }) => ({ snapshots: await load.execute(keys) });
});

/** An instance of the service with memory of its own, on the shared stores. */
function instance() {
  const { snapshots, repository, vault, maker, outbox, logger } = world;
  const writer = new FencingSnapshotWriter(store, { publishBudgetMs: 1 });
  const reader = new ValidatingSnapshotReader(store, owner, { maxBytes: 1_000_000 });
  const keys = new SigningKeys(repository, vault, new EnsureActiveKey(repository, maker, writer, outbox), logger);
  const rotation = new RotateSigningKey(snapshots, writer, repository, maker, outbox);
  return {
    sign: async (): Promise<string> => {
      const context = world.context();
      return (await keys.forSigning(REALM, 'ES256', 300, new SnapshotView(reader, context), context)).kid;
    },
    rotate: async (): Promise<string> => (await world.rotate(rotation)).kid,
  };
}

describe('G2: the key that signs', () => {
  it.each(['nothing', 'reads', 'publishing'] as const)(
    'is the new one on every instance when the rotation has returned, with %s failing in the shared store',
    async (failing) => {
      const [first, second, third] = [instance(), instance(), instance()];
      const before = await first.sign();
      expect([await second.sign(), await third.sign()]).toEqual([before, before]);
      store.failing = failing;
      const rotated = await first.rotate();
      expect(rotated).not.toBe(before);
      for (const { sign } of [first, second, third, instance()]) expect(await sign()).toBe(rotated);
    },
  );

  it('is asked of the owner while the store is away; a rotation is then refused and changes nothing', async () => {
    const [first, second] = [instance(), instance()];
    const before = await first.sign();
    store.failing = 'everything';
    await expect(first.rotate()).rejects.toMatchObject({ code: 'unavailable' });
    expect(await second.sign()).toBe(before);
    expect(owner.calls.at(-1)).toEqual({
      subject: ActiveKeySnapshot.load.subject,
      request: { keys: [activeKeySnapshotKey(ID.realm, 'ES256')] },
    });
    expect(await world.repository.list(ID.realm)).toHaveLength(1);
  });

  it('was never retired before the request came, whatever happens at the same time', async () => {
    const instances = [instance(), instance(), instance()];
    // In the order in which they became active, which their versions tell.
    const versionOf = async (kid: string): Promise<number> =>
      (await world.repository.list(ID.realm)).find((key) => key.kid === kid)?.snapshotVersion ?? 0;
    let rotatedTo = 0;
    let signed = 0;
    let done = false;
    const signing = instances.map(async ({ sign }) => {
      while (!done) {
        const atLeast = rotatedTo;
        expect(await versionOf(await sign())).toBeGreaterThanOrEqual(atLeast);
        signed += 1;
      }
    });
    for (let round = 0; round < 20; round++) {
      store.failing = (['nothing', 'reads', 'publishing'] as const)[round % 3] ?? 'nothing';
      const rotated = await Promise.all(instances.slice(round % 2, 3).map(({ rotate }) => rotate()));
      const versions = await Promise.all(rotated.map(versionOf));
      rotatedTo = Math.max(rotatedTo, ...versions);
    }
    done = true;
    await Promise.all(signing);
    expect(signed).toBeGreaterThan(20);
  });
});

describe('LoadActiveKeys', () => {
  it('answers one to one in the order asked, null for what cannot be or is not there', async () => {
    const kid = await instance().sign();
    const there = activeKeySnapshotKey(ID.realm, 'ES256');
    const keys = ['x/ES256', `${there}/x`, activeKeySnapshotKey(ID.realm, 'RS256'), there, `${ID.realm}/none`, there];
    const value = { realmId: ID.realm, algorithm: 'ES256', kid };
    const loaded = await new LoadActiveKeys(world.repository).execute(keys);
    expect(loaded.map((each) => each.key)).toEqual(keys);
    expect(loaded.map((each) => each.value)).toEqual([null, null, null, value, null, value]);
    expect(loaded.map((each) => each.version > 0)).toEqual([false, false, false, true, false, true]);
  });
});
