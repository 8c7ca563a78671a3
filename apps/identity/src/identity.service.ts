import type { ServiceDescription } from '#host';
import { IdentitySettings } from './config.js';
import { IdentityModule } from './identity.module.js';
import { identityDatabase } from './infrastructure/persistence/database.js';

/** The identity service: who is who, and the passwords. */
export const identityService: ServiceDescription<IdentitySettings> = {
  name: 'identity',
  module: IdentityModule,
  settings: IdentitySettings,
  database: identityDatabase,
};
