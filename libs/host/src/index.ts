export { Clock, FrozenClock, SystemClock } from './clock.js';
export { PlatformSettings } from './platform-settings.js';
export { untilItWorks } from './retry.js';
export {
  guarded,
  onStop,
  openSnapshotStore,
  refuseUnknownSettings,
  runService,
  runServiceMigrations,
} from './run-service.js';
export type { ServiceDescription } from './service-description.js';
export { startService, type Infrastructure, type ProvidedValue, type RunningService } from './start-service.js';
