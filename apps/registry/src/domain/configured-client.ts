import type { ConfiguredClient } from '#contracts';
import { AppError, fieldErrorAt } from '#errors';
import { changeClient, checkClient } from './client-policy.js';
import { MAX_LIVE_SECRETS, secretAtRest } from './client-secret.js';
import type { Client, ClientChanges } from './client.js';
import { REALM_LIFETIMES } from './lifetimes.js';
import type { Making } from './making.js';
import { systemClientFacts } from './system-clients.js';
import { configuredUrisOf, sideUrisAfter, URI_LISTS, urisAfter, type SideUris } from './configured-uris.js';

/** Shortest secret that may be brought along: it is kept under a fast hash, so it has to be beyond guessing. */
const MIN_SECRET_LENGTH = 32;

/** A client as a configuration names it, with what comes beside the document. */
export interface WantedClient {
  readonly configured: ConfiguredClient;
  /** Its secret in plain text, when there is one. */
  readonly secret: string | undefined;
  /** Whether URIs that are not mentioned go. */
  readonly prune: boolean;
}

/** The client that a configuration makes. Without a secret it has none until one is made for it. @throws AppError. */
export function newConfiguredClient(realmId: string, wanted: WantedClient, making: Making): Client {
  const { configured } = wanted;
  const publicClient = configured.client_type === 'public';
  const bare: Client = {
    ...REALM_LIFETIMES,
    id: making.makeId(),
    realmId,
    clientId: configured.client_id,
    name: configured.client_id,
    description: null,
    owner: null,
    clientType: publicClient ? 'public' : 'confidential',
    publicClient,
    enabled: true,
    serviceAccountEnabled: false,
    directAccessGrantsEnabled: false,
    firstParty: false,
    serviceAccountUserId: null,
    secrets: [],
    redirectUris: [],
    version: 1,
    snapshotVersion: 0,
    createdAt: making.now,
    updatedAt: making.now,
  };
  checkClient(bare, bare, []);
  return { ...changeConfiguredClient(bare, wanted, making), version: 1 };
}

/**
 * The client after a configuration; the very same object when nothing differs.
 *
 * @throws AppError `validation_failed`, `conflict` for what is fixed of a system client.
 */
export function changeConfiguredClient(client: Client, wanted: WantedClient, making: Making): Client {
  const { client_type: type } = wanted.configured;
  if (type !== undefined && type !== client.clientType) throw invalid('client_type', 'cannot be changed');
  const changed = changeClient(client, changesOf(wanted.configured), making.now);
  const { publicClient } = client;
  const redirectUris = urisAfter(client.redirectUris, { ...wanted, kind: 'redirect', publicClient }, making);
  const secrets = secretsAfter(client, wanted.secret, making);
  if (changed === client && redirectUris === client.redirectUris && secrets === client.secrets) return client;
  return { ...changed, redirectUris, secrets, version: client.version + 1, updatedAt: making.now };
}

/** The URIs beside a client after a configuration; the very same object when nothing differs. @throws AppError `validation_failed`. */
export function changeSideUris(
  uris: SideUris,
  wanted: WantedClient,
  { publicClient }: Pick<Client, 'publicClient'>,
  making: Making,
): SideUris {
  return sideUrisAfter(uris, { ...wanted, publicClient }, making);
}

/** A client as a configuration shows it: what differs from the defaults, and never a secret. */
export function configuredClientOf(client: Client, uris: SideUris): ConfiguredClient {
  return {
    client_id: client.clientId,
    name: client.name,
    client_type: client.publicClient ? 'public' : 'confidential',
    ...(client.description === null ? {} : { description: client.description }),
    ...(client.owner === null ? {} : { owner: client.owner }),
    enabled: client.enabled,
    service_account_enabled: client.serviceAccountEnabled,
    direct_access_grants_enabled: client.directAccessGrantsEnabled,
    first_party: client.firstParty,
    ...lifetimesOf(client),
    redirect_uris: configuredUrisOf(client.redirectUris),
    post_logout_redirect_uris: configuredUrisOf(uris.post_logout_redirect),
    web_origins: configuredUrisOf(uris.web_origin),
  };
}

/** A system client as a configuration shows it: what differs from what every realm comes with. */
export function configuredSystemClientOf(client: Client, uris: SideUris): Omit<ConfiguredClient, 'client_id'> {
  const shown = configuredClientOf(client, uris);
  const asItCame = systemClientFacts(client.clientId);
  return {
    ...(client.name === asItCame?.name ? {} : { name: client.name }),
    ...(client.description === (asItCame?.description ?? null) ? {} : { description: client.description }),
    ...(client.owner === null ? {} : { owner: client.owner }),
    ...(client.enabled ? {} : { enabled: false }),
    ...lifetimesOf(client),
    ...Object.fromEntries(
      Object.values(URI_LISTS).flatMap((list) => (shown[list]?.length === 0 ? [] : [[list, shown[list]]])),
    ),
  };
}

function lifetimesOf(client: Client): Partial<ConfiguredClient> {
  const lifetimes = {
    access_token_lifetime: client.accessTokenLifetimeSeconds,
    refresh_token_lifetime: client.refreshTokenLifetimeSeconds,
    id_token_lifetime: client.idTokenLifetimeSeconds,
    temporary_token_lifetime: client.temporaryTokenLifetimeSeconds,
  };
  return Object.fromEntries(Object.entries(lifetimes).filter(([, seconds]) => seconds !== null));
}

function changesOf(configured: ConfiguredClient): ClientChanges {
  return {
    name: configured.name,
    description: configured.description,
    owner: configured.owner,
    enabled: configured.enabled,
    serviceAccountEnabled: configured.service_account_enabled,
    directAccessGrantsEnabled: configured.direct_access_grants_enabled,
    firstParty: configured.first_party,
    accessTokenLifetimeSeconds: configured.access_token_lifetime,
    refreshTokenLifetimeSeconds: configured.refresh_token_lifetime,
    idTokenLifetimeSeconds: configured.id_token_lifetime,
    temporaryTokenLifetimeSeconds: configured.temporary_token_lifetime,
  };
}

/** The very same list when the client has this secret already; the others stay in force until somebody retires them. */
function secretsAfter(client: Client, text: string | undefined, { now, makeId }: Making): Client['secrets'] {
  if (text === undefined) return client.secrets;
  if (client.clientType !== 'confidential') throw invalid('secret_from', `is not for a ${client.clientType} client`);
  if (text.length < MIN_SECRET_LENGTH || !/^[\x21-\x7e]+$/.test(text)) {
    const needs = `at least ${MIN_SECRET_LENGTH} printable ASCII characters without spaces`;
    throw invalid('secret_from', `leads to a secret that cannot be used: it needs ${needs}`);
  }
  const secret = secretAtRest(text, { id: makeId(), createdAt: now });
  const live = client.secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  if (live.some(({ sha256 }) => sha256.equals(secret.sha256))) return client.secrets;
  if (live.length >= MAX_LIVE_SECRETS) throw invalid('secret_from', 'cannot be added: the client has too many secrets');
  return [...client.secrets, secret];
}

function invalid(field: string, message: string): AppError {
  return new AppError('validation_failed', {
    fields: [fieldErrorAt(`/${field}`, message)],
  });
}
