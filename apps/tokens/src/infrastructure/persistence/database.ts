import type { DatabaseDescription } from '#database';
import { CreateSigningKeys1767225600000 } from './migrations/1767225600000-create-signing-keys.js';
import { SigningKeyEntity } from './signing-key.entity.js';

/** The schema `tokens`. */
export const tokensDatabase: DatabaseDescription = {
  schema: 'tokens',
  entities: [SigningKeyEntity],
  migrations: [CreateSigningKeys1767225600000],
};
