export * from './ports.js';
export { createDataSource, type DataSourceSettings } from './create-data-source.js';
export { decodeCursor, encodeCursor } from './cursor.js';
export { embeddedUrl, isEmbeddedUrl } from './embedded-url.js';
export { runMigrations } from './run-migrations.js';
export { bigIntColumn, safeIntegerColumn, toSafeInteger } from './safe-integer.js';
export { createSnapshotSequence, dropSnapshotSequence, nextSnapshotVersion } from './snapshot-version.js';
export { isUniqueViolation } from './unique-violation.js';
