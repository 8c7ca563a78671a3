import { MemorySnapshotStore } from './memory-snapshot-store.js';
import { describeSnapshotStore } from './snapshot-store.suite.js';

const store = new MemorySnapshotStore();
describeSnapshotStore('memory', () => store);
