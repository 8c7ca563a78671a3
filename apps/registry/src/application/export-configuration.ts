import type { Actor, ExportConfiguration as ExportConfigurationCall, RealmConfiguration, RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { configuredClientOf } from '../domain/configured-client.js';
import type { Realm } from '../domain/realm.js';
import { StoredConfiguration } from './stored-configuration.js';

/** Writes a realm as a configuration: only what the actor may view, and no secret. */
@Injectable()
export class ExportConfiguration {
  constructor(private readonly stored: StoredConfiguration) {}

  /** @throws AppError `not_found`, `conflict` for a realm with too many clients. */
  async execute({ actor, realmId }: RequestOf<typeof ExportConfigurationCall>): Promise<RealmConfiguration> {
    const realm = await this.stored.realm(realmId);
    const clients = mayView(actor, 'clients') ? await this.stored.allClients(realm) : null;
    return {
      version: 1,
      ...(mayView(actor, 'realm') ? { realm: configuredRealmOf(realm) } : {}),
      ...(clients === null
        ? {}
        : { clients: clients.filter(({ clientType }) => clientType !== 'system').map(configuredClientOf) }),
    };
  }
}

function mayView({ permissions }: Actor, what: 'realm' | 'clients'): boolean {
  return permissions.includes(`view_${what}`) || permissions.includes(`manage_${what}`);
}

function configuredRealmOf({ displayName, enabled, settings }: Realm): NonNullable<RealmConfiguration['realm']> {
  return {
    display_name: displayName,
    enabled,
    settings: {
      access_token_lifetime: settings.accessTokenLifetimeSeconds,
      refresh_token_lifetime: settings.refreshTokenLifetimeSeconds,
      id_token_lifetime: settings.idTokenLifetimeSeconds,
      temporary_token_lifetime: settings.temporaryTokenLifetimeSeconds,
      default_signing_algorithm: settings.defaultSigningAlgorithm,
    },
  };
}
