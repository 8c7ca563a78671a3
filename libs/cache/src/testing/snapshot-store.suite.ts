import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { SnapshotAddress, SnapshotStore } from '../ports.js';

const TTL_MS = 60_000;

/** A key nobody else uses, so that tests of one server do not meet. */
export function freshAddress(): SnapshotAddress {
  return { name: 'registry.client', key: `${randomUUID()}:ü%` };
}

/** The behaviour every snapshot store has; run against each adapter. */
export function describeSnapshotStore(name: string, theStore: () => SnapshotStore): void {
  const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const stateOf = async (address: SnapshotAddress) => (await theStore().read([address]))[0];
  const fill = async (address: SnapshotAddress, version: number): Promise<void> => {
    expect(await theStore().lease(address, `fill-${version}`, TTL_MS)).toBe(true);
    await theStore().fill(address, `fill-${version}`, { version, json: `{"v":${version}}` }, TTL_MS);
  };
  const publish = (address: SnapshotAddress, fenceId: string, version: number): Promise<void> =>
    theStore().publish(address, fenceId, { version, json: `{"v":${version}}` }, TTL_MS);
  const present = (version: number) => ({ state: 'present', version, json: `{"v":${version}}` });

  describe(`${name}: one key`, () => {
    it('is missing at first', async () => {
      expect(await stateOf(freshAddress())).toEqual({ state: 'missing' });
    });

    it('is filled by the reader that holds the lease', async () => {
      const address = freshAddress();
      await fill(address, 3);
      expect(await stateOf(address)).toEqual(present(3));
    });

    it('keeps any JSON text as it is', async () => {
      const address = freshAddress();
      const json = JSON.stringify({ text: 'ü|:,=\u0000"\n', nothing: null });
      await theStore().lease(address, 'l', TTL_MS);
      await theStore().fill(address, 'l', { version: 9_007_199_254_740_991, json }, TTL_MS);
      expect(await stateOf(address)).toEqual({ state: 'present', version: 9_007_199_254_740_991, json });
    });

    it('shows a leased key as fenced and gives no second lease', async () => {
      const address = freshAddress();
      expect(await theStore().lease(address, 'a', TTL_MS)).toBe(true);
      expect(await theStore().lease(address, 'b', TTL_MS)).toBe(false);
      expect(await stateOf(address)).toEqual({ state: 'fenced' });
    });

    it('gives no lease over a value or a fence', async () => {
      const filled = freshAddress();
      await fill(filled, 1);
      expect(await theStore().lease(filled, 'b', TTL_MS)).toBe(false);
      const fenced = freshAddress();
      await theStore().fence([fenced], 'w', TTL_MS);
      expect(await theStore().lease(fenced, 'b', TTL_MS)).toBe(false);
    });

    it('is not filled without the lease', async () => {
      const address = freshAddress();
      await theStore().fill(address, 'never', { version: 1, json: '1' }, TTL_MS);
      expect(await stateOf(address)).toEqual({ state: 'missing' });
      await theStore().lease(address, 'mine', TTL_MS);
      await theStore().fill(address, 'other', { version: 1, json: '1' }, TTL_MS);
      expect(await stateOf(address)).toEqual({ state: 'fenced' });
    });

    it('is missing again when a lease, a value or a fence expires', async () => {
      const [leased, filled, fenced] = [freshAddress(), freshAddress(), freshAddress()];
      await theStore().lease(leased, 'a', 30);
      await theStore().lease(filled, 'a', TTL_MS);
      await theStore().fill(filled, 'a', { version: 1, json: '1' }, 30);
      await theStore().fence([fenced], 'w', 30);
      await pause(60);
      expect(await theStore().read([leased, filled, fenced])).toEqual(Array(3).fill({ state: 'missing' }));
    });

    it('is fenced over a value, and a lease from before the fence fills no more', async () => {
      const address = freshAddress();
      await theStore().lease(address, 'slow', TTL_MS);
      await theStore().fence([address], 'w', TTL_MS);
      await theStore().fill(address, 'slow', { version: 1, json: '1' }, TTL_MS);
      expect(await stateOf(address)).toEqual({ state: 'fenced' });
      await publish(address, 'w', 2);
      expect(await stateOf(address)).toEqual(present(2));
    });

    it('is missing after its only writer gave up', async () => {
      const address = freshAddress();
      await fill(address, 1);
      await theStore().fence([address], 'w', TTL_MS);
      await theStore().unfence([address], 'w');
      expect(await stateOf(address)).toEqual({ state: 'missing' });
    });

    it('does not let a stranger take a fence or a value away', async () => {
      const [fenced, filled] = [freshAddress(), freshAddress()];
      await theStore().fence([fenced], 'w', TTL_MS);
      await fill(filled, 1);
      await theStore().unfence([fenced, filled], 'stranger');
      expect(await theStore().read([fenced, filled])).toEqual([{ state: 'fenced' }, present(1)]);
    });
  });

  describe(`${name}: a writer that lost its fence`, () => {
    it('puts nothing on a missing key', async () => {
      const address = freshAddress();
      await publish(address, 'lost', 7);
      expect(await stateOf(address)).toEqual({ state: 'missing' });
    });

    it('removes an older value and leaves a newer or equal one', async () => {
      const [older, equal, newer] = [freshAddress(), freshAddress(), freshAddress()];
      await fill(older, 6);
      await fill(equal, 7);
      await fill(newer, 10);
      for (const address of [older, equal, newer]) await publish(address, 'lost', 7);
      expect(await theStore().read([older, equal, newer])).toEqual([{ state: 'missing' }, present(7), present(10)]);
    });

    it('takes the lease from a reader that may have loaded the old state', async () => {
      const address = freshAddress();
      await theStore().lease(address, 'slow', TTL_MS);
      await publish(address, 'lost', 7);
      await theStore().fill(address, 'slow', { version: 6, json: '6' }, TTL_MS);
      expect(await stateOf(address)).toEqual({ state: 'missing' });
    });

    it('may say it again: a repeated publish changes nothing', async () => {
      const address = freshAddress();
      await theStore().fence([address], 'w', TTL_MS);
      await publish(address, 'w', 4);
      await publish(address, 'w', 4);
      expect(await stateOf(address)).toEqual(present(4));
    });
  });

  describe(`${name}: two writers on one key`, () => {
    it.each([
      { order: 'the newer publishes last', first: { id: 'a', version: 5 }, second: { id: 'b', version: 6 } },
      { order: 'the newer publishes first', first: { id: 'b', version: 6 }, second: { id: 'a', version: 5 } },
    ])('stays fenced until both are done and then holds the newer: $order', async ({ first, second }) => {
      const address = freshAddress();
      await theStore().fence([address], 'a', TTL_MS);
      await theStore().fence([address], 'b', TTL_MS);
      await publish(address, first.id, first.version);
      expect(await stateOf(address)).toEqual({ state: 'fenced' });
      await publish(address, second.id, second.version);
      expect(await stateOf(address)).toEqual(present(6));
    });

    it('keeps the fence of one when the other gives up', async () => {
      const address = freshAddress();
      await theStore().fence([address], 'a', TTL_MS);
      await theStore().fence([address], 'b', TTL_MS);
      await theStore().unfence([address], 'b');
      expect(await stateOf(address)).toEqual({ state: 'fenced' });
    });

    it('ends missing, so that the owner is asked, when one of them gave up', async () => {
      const address = freshAddress();
      await theStore().fence([address], 'a', TTL_MS);
      await theStore().fence([address], 'b', TTL_MS);
      await theStore().unfence([address], 'b');
      await publish(address, 'a', 5);
      expect(await stateOf(address)).toEqual({ state: 'missing' });
    });

    it('ends missing when the fence of one expired: it may have committed', async () => {
      const address = freshAddress();
      await theStore().fence([address], 'crashed', 20);
      await theStore().fence([address], 'a', TTL_MS);
      await pause(50);
      expect(await stateOf(address)).toEqual({ state: 'fenced' });
      await publish(address, 'a', 5);
      expect(await stateOf(address)).toEqual({ state: 'missing' });
    });

    it('lets a writer renew its fence', async () => {
      const address = freshAddress();
      await theStore().fence([address], 'a', 200);
      await theStore().renew([address], 'a', TTL_MS);
      await pause(250);
      await publish(address, 'a', 5);
      expect(await stateOf(address)).toEqual(present(5));
    });

    it.each([
      { case: 'a newer value', newer: (address: SnapshotAddress) => fill(address, 6) },
      { case: 'nothing', newer: () => Promise.resolve() },
      { case: 'the fence of another', newer: (address: SnapshotAddress) => theStore().fence([address], 'b', 40) },
    ])('ends missing after a fence that was lost and renewed over $case', async ({ newer }) => {
      const address = freshAddress();
      await theStore().fence([address], 'a', 20);
      await pause(50);
      await newer(address);
      await theStore().renew([address], 'a', TTL_MS);
      expect(await stateOf(address)).toEqual({ state: 'fenced' });
      await pause(60);
      await publish(address, 'a', 5);
      expect(await stateOf(address)).toEqual({ state: 'missing' });
    });
  });

  it(`${name}: reads many keys in the order asked, repeated ones too`, async () => {
    const [one, two] = [freshAddress(), freshAddress()];
    await fill(one, 1);
    await fill(two, 2);
    expect(await theStore().read([two, freshAddress(), one, two])).toEqual([
      present(2),
      { state: 'missing' },
      present(1),
      present(2),
    ]);
    expect(await theStore().read([])).toEqual([]);
  });

  it(`${name}: may leave out what the reader has in this very version, and nothing else`, async () => {
    const [same, changed, missing, fenced, leased, unknown] = Array.from({ length: 6 }, () => freshAddress());
    const addresses = [same, changed, missing, fenced, leased, unknown] as SnapshotAddress[];
    for (const address of [addresses[0], addresses[1], addresses[5]])
      if (address !== undefined) await fill(address, 12);
    await theStore().fence(addresses.slice(3, 4), 'w', TTL_MS);
    await theStore().lease(addresses[4] ?? freshAddress(), 'l', TTL_MS);
    const [first, ...others] = await theStore().read(addresses, [12, 1, 12, 12, 12, undefined]);
    expect([{ state: 'unchanged', version: 12 }, present(12)]).toContainEqual(first);
    expect(others).toEqual([present(12), { state: 'missing' }, { state: 'fenced' }, { state: 'fenced' }, present(12)]);
  });

  it(`${name}: reads what there is and leases what is missing, at once`, async () => {
    const [filled, missing, fenced, leased] = Array.from({ length: 4 }, () => freshAddress());
    const addresses = [filled, missing, fenced, leased] as SnapshotAddress[];
    await fill(addresses[0] ?? freshAddress(), 5);
    await theStore().fence(addresses.slice(2, 3), 'w', TTL_MS);
    await theStore().lease(addresses[3] ?? freshAddress(), 'other', TTL_MS);
    expect(await theStore().readOrLease(addresses, 'mine', TTL_MS)).toEqual([
      present(5),
      { state: 'leased' },
      { state: 'fenced' },
      { state: 'fenced' },
    ]);
    for (const address of addresses) await theStore().fill(address, 'mine', { version: 7, json: '{"v":7}' }, TTL_MS);
    expect(await theStore().read(addresses)).toEqual([
      present(5),
      present(7),
      { state: 'fenced' },
      { state: 'fenced' },
    ]);
    expect(await theStore().readOrLease([], 'mine', TTL_MS)).toEqual([]);
  });

  it(`${name}: a lease that came with a read ends with its time, or with a fence`, async () => {
    const [short, taken] = [freshAddress(), freshAddress()];
    await theStore().readOrLease([short], 'mine', 30);
    await theStore().readOrLease([taken], 'mine', TTL_MS);
    await theStore().fence([taken], 'w', TTL_MS);
    await theStore().fill(taken, 'mine', { version: 1, json: '1' }, TTL_MS);
    await pause(60);
    await theStore().fill(short, 'mine', { version: 1, json: '1' }, TTL_MS);
    expect(await theStore().read([short, taken])).toEqual([{ state: 'missing' }, { state: 'fenced' }]);
  });

  it(`${name}: leases a missing key to exactly one of many that read`, async () => {
    const address = freshAddress();
    const reads = await Promise.all(
      Array.from({ length: 20 }, (_, i) => theStore().readOrLease([address], `l${i}`, TTL_MS)),
    );
    expect(reads.filter(([read]) => read?.state === 'leased')).toHaveLength(1);
  });

  it(`${name}: gives the lease of a missing key to exactly one of many`, async () => {
    const address = freshAddress();
    const leases = await Promise.all(Array.from({ length: 20 }, (_, i) => theStore().lease(address, `l${i}`, TTL_MS)));
    expect(leases.filter(Boolean)).toHaveLength(1);
  });
}
