import { MemorySnapshotStore } from './memory-snapshot-store.js';
import { describeFreshness } from './testing/freshness.suite.js';

describeFreshness('in memory', () => {
  const store = new MemorySnapshotStore();
  return { store, forget: async () => store.flush() };
});
