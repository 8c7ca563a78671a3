export * from './ports.js';
export { FencingSnapshotWriter, type FencingTimes } from './fencing-snapshot-writer.js';
export { MemorySnapshotStore } from './memory-snapshot-store.js';
export { RedisSnapshotStore } from './redis-snapshot-store.js';
export { ValidatingSnapshotReader } from './validating-snapshot-reader.js';
