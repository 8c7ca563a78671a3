import { MemorySnapshotStore } from './memory-snapshot-store.js';
import { describeSnapshotStore } from './testing/snapshot-store.suite.js';

const store = new MemorySnapshotStore();
describeSnapshotStore('memory', () => store);
