import type { ServiceDescription } from '#host';
import { TokensSettings } from './config.js';
import { tokensDatabase } from './infrastructure/persistence/database.js';
import { TokensModule } from './tokens.module.js';

/** The tokens service: the only holder of private keys. */
export const tokensService: ServiceDescription<TokensSettings> = {
  name: 'tokens',
  module: TokensModule,
  settings: TokensSettings,
  database: tokensDatabase,
};
