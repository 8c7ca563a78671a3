import type { DatabaseDescription } from '#database';
import { CredentialEntity } from './credential.entity.js';
import { CreateUsers20260101000000 } from './migrations/20260101000000-create-users.js';
import { RemovedUserEntity } from './removed-user.entity.js';
import { UserEntity } from './user.entity.js';

/** The identity service's part of the database. */
export const identityDatabase: DatabaseDescription = {
  schema: 'identity',
  entities: [UserEntity, CredentialEntity, RemovedUserEntity],
  migrations: [CreateUsers20260101000000],
};
