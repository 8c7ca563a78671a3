import type { ServiceDescription } from '#host';
import { RolesSettings } from './config.js';
import { rolesDatabase } from './infrastructure/persistence/database.js';
import { RolesModule } from './roles.module.js';

/** The roles service: who may do what. */
export const rolesService: ServiceDescription<RolesSettings> = {
  name: 'roles',
  module: RolesModule,
  settings: RolesSettings,
  database: rolesDatabase,
};
