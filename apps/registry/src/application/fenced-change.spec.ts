import { describe, expect, it } from '@jest/globals';
import { FencingSnapshotWriter, MemorySnapshotStore } from '#cache';
import { newCallContext } from '#messaging';
import { UncertainCommitError } from '../domain/registry-transactions.js';
import { aRealm } from '../testing/builders.js';
import { FakeOutbox } from '../testing/fakes.js';
import { InMemoryRegistry } from '../testing/in-memory-registry.js';
import { FencedChange, realmTarget } from './fenced-change.js';

describe('FencedChange', () => {
  it('answers an uncertain commit as unavailable, and leaves the fences up: the change may stand', async () => {
    const store = new MemorySnapshotStore();
    const registry = new InMemoryRegistry();
    registry.transactions.run = () => Promise.reject(new UncertainCommitError('lost'));
    const change = new FencedChange(new FencingSnapshotWriter(store), registry.transactions, new FakeOutbox());
    const attempt = change.run([realmTarget('acme')], newCallContext({ deadlineMs: 1_000 }), () =>
      Promise.resolve({ result: null, snapshots: [] }),
    );
    await expect(attempt).rejects.toMatchObject({ code: 'unavailable', reason: 'uncertain_commit' });
    expect(await store.read([{ name: 'registry.realm', key: 'acme' }])).toEqual([{ state: 'fenced' }]);
  });

  it('does not commit what comes too late: the caller may have asked for the opposite since', async () => {
    const store = new MemorySnapshotStore();
    const registry = new InMemoryRegistry();
    const gone = new AbortController();
    const change = new FencedChange(new FencingSnapshotWriter(store), registry.transactions, new FakeOutbox());
    const context = newCallContext({ deadlineMs: 60_000, signal: gone.signal });
    const attempt = change.run([realmTarget('acme')], context, async (transaction) => {
      const realm = await transaction.insertRealm(aRealm({ name: 'acme' }));
      gone.abort();
      return { result: realm, snapshots: [] };
    });
    await expect(attempt).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect(await registry.realms.findByName('acme')).toBeNull();
    expect(await store.read([{ name: 'registry.realm', key: 'acme' }])).toEqual([{ state: 'missing' }]);
  });
});
