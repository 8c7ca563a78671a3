import {
  ExportRoleConfiguration,
  FindUsers,
  MAX_CONFIGURATION_BYTES,
  type Actor,
  type ConfiguredAssignment,
  type ConfiguredClient,
  type ConfiguredRoleName,
  type ExportConfiguration as ExportConfigurationCall,
  type RealmConfiguration,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { AppError } from '#errors';
import { MessageClient, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import type { Client } from '../domain/client.js';
import { configuredClientOf, configuredSystemClientOf } from '../domain/configured-client.js';
import { NO_SIDE_URIS, type SideUris } from '../domain/configured-uris.js';
import type { Realm } from '../domain/realm.js';
import { StoredConfiguration } from './stored-configuration.js';

type Exported = ReplyOf<typeof ExportRoleConfiguration>;
type Scope = Pick<RealmConfiguration, 'permissions' | 'roles'>;

/** Writes a realm as a configuration: only what the actor may view, and no secret. */
@Injectable()
export class ExportConfiguration {
  constructor(
    private readonly stored: StoredConfiguration,
    private readonly messages: MessageClient,
  ) {}

  /** @throws AppError `not_found`, `conflict` for a realm that is too large, `unavailable`. */
  async execute(
    { actor, realmId }: RequestOf<typeof ExportConfigurationCall>,
    context: CallContext,
  ): Promise<RealmConfiguration> {
    const realm = await this.stored.realm(realmId);
    const clients = mayView(actor, 'clients') ? await this.stored.allClients(realm) : null;
    const uris = clients === null ? new Map<string, SideUris>() : await this.stored.sideUris(realmId, clients);
    const roles = mayView(actor, 'roles')
      ? await this.messages.call(ExportRoleConfiguration, { realmId }, context)
      : null;
    const scopes = new Map(roles?.scopes.map((scope) => [scope.clientId, scopeOf(scope)]));
    const configuration: RealmConfiguration = {
      version: 1,
      ...(mayView(actor, 'realm') ? { realm: configuredRealmOf(realm) } : {}),
      ...scopes.get(null),
      ...(clients === null ? {} : { clients: clients.flatMap((client) => configuredOf(client, uris, scopes)) }),
      ...(roles === null || clients === null
        ? {}
        : { assignments: await this.assignments(actor, realmId, roles, clients, context) }),
    };
    requireOneDocument(configuration);
    return configuration;
  }

  /** Of people only for those who may view users. */
  private async assignments(
    actor: Actor,
    realmId: string,
    { assignments }: Exported,
    clients: readonly Client[],
    context: CallContext,
  ): Promise<ConfiguredAssignment[]> {
    const byAccount = new Map(
      clients.flatMap((client) =>
        client.serviceAccountUserId === null ? [] : [[client.serviceAccountUserId, client] as const],
      ),
    );
    const byId = new Map(clients.map((client) => [client.id, client]));
    const people = assignments.filter(({ subjectId }) => !byAccount.has(subjectId)).map(({ subjectId }) => subjectId);
    const users =
      people.length === 0 || !mayView(actor, 'users')
        ? []
        : (await this.messages.call(FindUsers, { realmId, usernames: [], ids: people }, context)).byId;
    const usernames = new Map(
      users.flatMap(({ id, username, clientId }) => (clientId === null ? [[id, username]] : [])),
    );
    const written = assignments.flatMap(({ subjectId, roles }): ConfiguredAssignment[] => {
      const account = byAccount.get(subjectId);
      const username = usernames.get(subjectId);
      const holder =
        account === undefined ? (username === undefined ? null : { username }) : { client_id: account.clientId };
      const names = roles.flatMap((role) => roleName(role, byId)).sort(byScopeAndName);
      return holder === null || names.length === 0 ? [] : [{ ...holder, roles: names }];
    });
    return written.sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  }
}

function roleName(
  { clientId, name }: Exported['assignments'][number]['roles'][number],
  clients: ReadonlyMap<string, Client>,
): ConfiguredRoleName[] {
  if (clientId === null) return [name];
  const client = clients.get(clientId);
  return client === undefined ? [] : [{ client_id: client.clientId, role: name }];
}

/** Those of the realm first. When they were given must not show: two exports are compared. */
function byScopeAndName(left: ConfiguredRoleName, right: ConfiguredRoleName): number {
  const [one, other] = [left, right].map((role) =>
    typeof role === 'string' ? ['', role] : [role.client_id, role.role],
  );
  return compare(one?.[0], other?.[0]) || compare(one?.[1], other?.[1]);
}

function compare(left = '', right = ''): number {
  return left === right ? 0 : left < right ? -1 : 1;
}

/** People after service accounts. */
function nameOf({ client_id: clientId, username }: ConfiguredAssignment): string {
  return clientId === undefined ? `1${username ?? ''}` : `0${clientId}`;
}

/** System clients come with every realm: of them only what somebody has changed or added is written. */
function configuredOf(
  client: Client,
  uris: ReadonlyMap<string, SideUris>,
  scopes: ReadonlyMap<string | null, Scope>,
): ConfiguredClient[] {
  const own = uris.get(client.id) ?? NO_SIDE_URIS;
  const scope = scopes.get(client.id);
  if (client.clientType !== 'system') return [{ ...configuredClientOf(client, own), ...scope }];
  const differing = { ...configuredSystemClientOf(client, own), ...scope };
  return Object.keys(differing).length === 0 ? [] : [{ client_id: client.clientId, ...differing }];
}

/** What could not be applied again must not look as if it could. */
function requireOneDocument(configuration: RealmConfiguration): void {
  if (Buffer.byteLength(JSON.stringify(configuration)) <= MAX_CONFIGURATION_BYTES) return;
  throw new AppError('conflict', {
    detail: `The realm takes more than the ${MAX_CONFIGURATION_BYTES} bytes that one configuration may have.`,
    reason: 'configuration_too_large',
  });
}

function scopeOf({ permissions, roles }: Exported['scopes'][number]): Scope {
  return {
    ...(permissions.length === 0 ? {} : { permissions }),
    ...(roles.length === 0 ? {} : { roles }),
  };
}

function mayView({ permissions }: Actor, what: 'realm' | 'clients' | 'roles' | 'users'): boolean {
  return permissions.includes(`view_${what}`) || permissions.includes(`manage_${what}`);
}

function configuredRealmOf({ displayName, enabled, settings }: Realm): NonNullable<RealmConfiguration['realm']> {
  const { passwordPolicy: policy } = settings;
  return {
    display_name: displayName,
    enabled,
    settings: {
      access_token_lifetime: settings.accessTokenLifetimeSeconds,
      refresh_token_lifetime: settings.refreshTokenLifetimeSeconds,
      id_token_lifetime: settings.idTokenLifetimeSeconds,
      temporary_token_lifetime: settings.temporaryTokenLifetimeSeconds,
      default_signing_algorithm: settings.defaultSigningAlgorithm,
      password_policy: {
        min_length: policy.minLength,
        max_length: policy.maxLength,
        refuse_common: policy.refuseCommon,
        refuse_context: policy.refuseContext,
        blocked_words: policy.blockedWords,
      },
    },
  };
}
