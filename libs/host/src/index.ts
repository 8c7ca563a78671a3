export { Clock, FrozenClock, SystemClock } from './clock.js';
export type { ServiceDescription } from './service-description.js';
