import type { DatabaseDescription } from '#database';
import { ClientSecretEntity } from './entities/client-secret.entity.js';
import { PostLogoutRedirectUriEntity, RedirectUriEntity, WebOriginEntity } from './entities/client-uri.entities.js';
import { ClientEntity } from './entities/client.entity.js';
import { ProvisionEntity } from './entities/provision.entity.js';
import { RealmEntity } from './entities/realm.entity.js';
import { CreateRegistry20260101000100 } from './migrations/20260101000100-create-registry.js';

/** The registry's part of the database. */
export const registryDatabase: DatabaseDescription = {
  schema: 'registry',
  entities: [
    RealmEntity,
    ClientEntity,
    ClientSecretEntity,
    RedirectUriEntity,
    PostLogoutRedirectUriEntity,
    WebOriginEntity,
    ProvisionEntity,
  ],
  migrations: [CreateRegistry20260101000100],
};
