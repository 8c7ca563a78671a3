import { SIGNING_ALGORITHMS, type ConfiguredClient, type RealmConfiguration, type SigningAlgorithm } from '#contracts';
import { CliError } from './cli-error.js';
import { fitting, KEYCLOAKS_OWN, list, nonEmpty, object, saysSomething, type Json } from './keycloak-json.js';
import { importRoles } from './keycloak-roles.js';
import { soundExport } from './keycloak-shape.js';
import { importUris, isUriAttribute } from './keycloak-uris.js';

/** A realm of Keycloak as a configuration, and everything of it that is not in there. */
export interface Imported {
  readonly configuration: RealmConfiguration;
  readonly warnings: readonly string[];
}

/** Members of a client that are taken, or that say nothing which Chancery would do differently. */
const UNDERSTOOD = new Set(
  (
    'id clientId name description enabled publicClient serviceAccountsEnabled directAccessGrantsEnabled redirectUris webOrigins protocol ' +
    'secret rootUrl attributes bearerOnly surrogateAuthRequired alwaysDisplayInConsole fullScopeAllowed ' +
    'nodeReRegistrationTimeout clientAuthenticatorType notBefore standardFlowEnabled access'
  ).split(' '),
);

const LIFESPAN = 'access.token.lifespan';
const LIFETIMES = 'a lifetime is from 30 to 31536000 seconds';

/** How many names a warning lists. */
const MAX_NAMED = 20;

/** Members of the realm that are taken, or that every export has. */
const REALM_UNDERSTOOD = new Set(
  'id realm displayName enabled accessTokenLifespan defaultSignatureAlgorithm clients keycloakVersion notBefore'.split(
    ' ',
  ),
);

/**
 * Reads an export of a Keycloak realm. What has no place in a configuration is a warning each.
 *
 * @param more Files beside it with users of the same realm (`kc.sh export --users different_files`).
 * @throws CliError.
 */
export function importKeycloak(text: string, more: readonly string[] = []): Imported {
  const warnings: string[] = [];
  const realm = soundExport(withUsers(objectOf(text), more.map(objectOf)), (message) => warnings.push(message));
  const clients = list(realm['clients']).flatMap((client) => clientOf(client, String(realm['realm']), warnings));
  const byId = new Map(clients.map((client) => [client.client_id, client]));
  const settings = realmOf(realm, warnings);
  const { ofRealm, ofClients, assignments } = importRoles(realm, byId, (message) => warnings.push(message));
  const configuration: RealmConfiguration = {
    version: 1,
    realm: settings,
    ...(ofRealm.length === 0 ? {} : { roles: [...ofRealm] }),
    clients: clients.map((client) => ({ ...client, ...ofClients.get(client.client_id) })),
    ...(assignments.length === 0 ? {} : { assignments }),
  };
  warnings.push(...leftOut(realm));
  return { configuration, warnings };
}

function withUsers(realm: Json, more: readonly Json[]): Json {
  for (const other of more) {
    if (other['realm'] === realm['realm']) continue;
    throw new CliError(`The files are not of one realm: ${String(realm['realm'])} and ${String(other['realm'])}.`);
  }
  if (more.length === 0) return realm;
  return { ...realm, users: [realm, ...more].flatMap((part) => list(part['users'])) };
}

function objectOf(text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text) as unknown;
  } catch {
    throw new CliError('The export of Keycloak is not valid JSON.');
  }
  // An export of a whole server is a list of realms; which one is meant only a person can say.
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !hasName(value)) {
    throw new CliError('This is not the export of one Keycloak realm: it has no member "realm".');
  }
  return value;
}

function hasName(value: object): value is Json {
  return 'realm' in value && typeof value.realm === 'string' && value.realm !== '';
}

function realmOf(realm: Json, warnings: string[]): NonNullable<RealmConfiguration['realm']> {
  const { displayName, enabled, accessTokenLifespan: lifetime, defaultSignatureAlgorithm: algorithm } = realm;
  const known = SIGNING_ALGORITHMS.find((name) => name === algorithm);
  if (algorithm !== undefined && algorithm !== null && known === undefined) {
    warnings.push(`realm: defaultSignatureAlgorithm ${text(algorithm)} is not supported; the realm keeps its own`);
  }
  const name = fitting(displayName, 255, 'realm: displayName', (message) => warnings.push(message));
  if (lifetime !== undefined && lifetime !== null && !isLifetime(lifetime)) {
    warnings.push(`realm: accessTokenLifespan ${JSON.stringify(lifetime)} is not taken over: ${LIFETIMES}`);
  }
  return {
    ...(name === undefined ? {} : { display_name: name }),
    ...(typeof enabled === 'boolean' ? { enabled } : {}),
    settings: {
      ...(isLifetime(lifetime) ? { access_token_lifetime: lifetime } : {}),
      ...(known === undefined ? {} : { default_signing_algorithm: known satisfies SigningAlgorithm }),
    },
  };
}

function clientOf(client: Json, realmName: string, warnings: string[]): ConfiguredClient[] {
  const clientId = String(client['clientId'] ?? '');
  const warn = (message: string): void => void warnings.push(`client ${clientId}: ${message}`);
  if (KEYCLOAKS_OWN.includes(clientId) || clientId === `${realmName}-realm`) {
    warn("left out: it is one of Keycloak's own");
    return [];
  }
  const { protocol = 'openid-connect' } = client;
  if (protocol !== 'openid-connect' || !/^[\x21-\x7e]{1,255}$/.test(clientId)) {
    warn(
      protocol === 'openid-connect'
        ? 'left out: its clientId is not supported'
        : `left out: it speaks ${String(protocol)}`,
    );
    return [];
  }
  const isPublic = client['publicClient'] === true;
  const name = fitting(client['name'], 255, 'its name', warn);
  const description = fitting(client['description'], 2_000, 'its description', warn);
  const stated = object(client['attributes'])[LIFESPAN];
  const lifetime = Number(stated);
  if (saysSomething(stated) && !isLifetime(lifetime))
    warn(`${LIFESPAN} ${text(stated)} is not taken over: ${LIFETIMES}`);
  if (nonEmpty(client['secret']) !== undefined) {
    warn('its secret is not taken over: name it with secret_from, or make a new one');
  }
  if (client['bearerOnly'] === true) warn('bearerOnly has no counterpart: it becomes a client without grants');
  if (isPublic && client['serviceAccountsEnabled'] === true) warn('a public client has no service account');
  for (const message of loosened(client)) warn(message);
  for (const member of unmapped(client)) warn(`${member} is not taken over`);
  return [
    {
      client_id: clientId,
      ...(name === undefined ? {} : { name }),
      client_type: isPublic ? 'public' : 'confidential',
      ...(description === undefined ? {} : { description }),
      enabled: client['enabled'] !== false,
      service_account_enabled: client['serviceAccountsEnabled'] === true && !isPublic,
      direct_access_grants_enabled: client['directAccessGrantsEnabled'] === true,
      ...(isLifetime(lifetime) ? { access_token_lifetime: lifetime } : {}),
      ...importUris(client, isPublic, warn),
    },
  ];
}

/** What Keycloak keeps from a client, and Chancery does not. */
function loosened(client: Json): string[] {
  const { standardFlowEnabled, fullScopeAllowed, clientAuthenticatorType: authenticator, publicClient } = client;
  const isOther = typeof authenticator === 'string' && authenticator !== 'client-secret' && publicClient !== true;
  return [
    ...(standardFlowEnabled === false && list(client['redirectUris']).length > 0
      ? ['standardFlowEnabled false is not taken over: whoever has redirect URIs can sign people in']
      : []),
    ...(fullScopeAllowed === false
      ? ['fullScopeAllowed false is not taken over: its tokens have every role that applies']
      : []),
    ...(isOther ? [`clientAuthenticatorType ${authenticator} is not taken over: it authenticates with a secret`] : []),
  ];
}

/** Members and attributes that say something, and that nothing above has understood. */
function unmapped(client: Json): string[] {
  const members = Object.entries(client)
    .filter(([member, value]) => !UNDERSTOOD.has(member) && saysSomething(value))
    .map(([member, value]) => `${member}${names(value)}`);
  const attributes = Object.entries(object(client['attributes']))
    .filter(([attribute]) => attribute !== LIFESPAN)
    .filter(([attribute, value]) => !isUriAttribute(attribute) || typeof value !== 'string')
    .filter(([, value]) => saysSomething(value) && value !== 'false')
    .map(([attribute]) => `attribute ${attribute}`);
  return [...members, ...attributes];
}

/** All else that the export has and the configuration has no place for. */
function leftOut(realm: Json): string[] {
  const handled = new Set([...REALM_UNDERSTOOD, 'roles', 'users', 'defaultRole', 'defaultRoles']);
  return Object.entries(realm)
    .filter(([member, value]) => !handled.has(member) && saysSomething(value))
    .map(([member, value]) => `realm: ${member}${names(value)} is not taken over`);
}

/** The names of what a list holds, so that nobody has to search the export. */
function names(value: unknown): string {
  const named = list(value).flatMap((one) => nonEmpty(object(one)['name'] ?? object(one)['alias']) ?? []);
  const shown = named.slice(0, MAX_NAMED).join(', ');
  return named.length === 0
    ? ''
    : ` (${shown}${named.length > MAX_NAMED ? ` and ${named.length - MAX_NAMED} more` : ''})`;
}

/** Numbers and texts as they are, anything else as it is written. */
function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isLifetime(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 30 && value <= 31_536_000;
}
