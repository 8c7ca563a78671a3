import type { ServiceDescription } from '#host';
import { RegistrySettings } from './config.js';
import { registryDatabase } from './infrastructure/persistence/database.js';
import { RegistryModule } from './registry.module.js';

/** The registry: realms, clients and their secrets. */
export const registryService: ServiceDescription<RegistrySettings> = {
  name: 'registry',
  module: RegistryModule,
  settings: RegistrySettings,
  database: registryDatabase,
};
