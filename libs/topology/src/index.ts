export { firstSteps, type FirstStepsOptions } from './first-steps.js';
export { DATABASE_ROLES, type DatabaseRoles } from './database-roles.js';
export { PLATFORM_SETTINGS, SETTING_NAMES, SETTINGS, type SettingFacts, type SettingName } from './settings.js';
export {
  BACKEND_SETTINGS,
  LIVE_PATH,
  MANAGEMENT_PORT,
  NODE_OPTIONS,
  READY_PATH,
  START_ORDER,
  START_STEPS,
  TOPOLOGY,
  type Backend,
  type ServiceWiring,
} from './topology.js';
export { databaseRolesSql } from './database-sql.js';
export { natsAuthorization, type NatsUser } from './nats-config.js';
