import type { ConfiguredClient } from '#contracts';
import { AppError } from '#errors';
import { changeClient, checkClient } from './client-policy.js';
import { MAX_LIVE_SECRETS, secretAtRest } from './client-secret.js';
import type { Client, ClientChanges } from './client.js';
import { REALM_LIFETIMES } from './lifetimes.js';
import type { RedirectUri } from './redirect-uri.js';

/** Shortest secret that may be brought along: it is kept under a fast hash, so it has to be beyond guessing. */
const MIN_SECRET_LENGTH = 32;

/** What the members of a configuration are made with. */
export interface Making {
  readonly now: Date;
  readonly makeId: () => string;
}

/** A client as a configuration names it, with what comes beside the document. */
export interface WantedClient {
  readonly configured: ConfiguredClient;
  /** Its secret in plain text, when there is one. */
  readonly secret: string | undefined;
  /** Whether redirect URIs that are not mentioned go. */
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
  const redirectUris = redirectUrisAfter(client, wanted, making);
  if (redirectUris !== client.redirectUris) {
    checkClient(
      changed,
      changed,
      redirectUris.map(({ value }) => value),
    );
  }
  const secrets = secretsAfter(client, wanted.secret, making);
  if (changed === client && redirectUris === client.redirectUris && secrets === client.secrets) return client;
  return { ...changed, redirectUris, secrets, version: client.version + 1, updatedAt: making.now };
}

/** A client as a configuration shows it: what differs from the defaults, and never a secret. */
export function configuredClientOf(client: Client): ConfiguredClient {
  const lifetimes = {
    access_token_lifetime: client.accessTokenLifetimeSeconds,
    refresh_token_lifetime: client.refreshTokenLifetimeSeconds,
    id_token_lifetime: client.idTokenLifetimeSeconds,
    temporary_token_lifetime: client.temporaryTokenLifetimeSeconds,
  };
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
    ...Object.fromEntries(Object.entries(lifetimes).filter(([, seconds]) => seconds !== null)),
    redirect_uris: client.redirectUris
      .toSorted((left, right) => (left.value < right.value ? -1 : 1))
      .map(({ value, enabled }) => (enabled ? value : { value, enabled })),
  };
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

/** The very same list when nothing differs; what stays keeps its id. */
function redirectUrisAfter(
  client: Client,
  { configured, prune }: WantedClient,
  making: Making,
): readonly RedirectUri[] {
  if (configured.redirect_uris === undefined) return client.redirectUris;
  const present = new Map(client.redirectUris.map((uri) => [uri.value, uri]));
  const mentioned = configured.redirect_uris.map((entry) => {
    const { value, enabled } = typeof entry === 'string' ? { value: entry, enabled: true } : entry;
    const before = present.get(value);
    if (before?.enabled === enabled) return before;
    const { now } = making;
    return { id: before?.id ?? making.makeId(), value, enabled, createdAt: before?.createdAt ?? now, updatedAt: now };
  });
  const values = new Set(mentioned.map(({ value }) => value));
  const others = prune ? [] : client.redirectUris.filter(({ value }) => !values.has(value));
  const same =
    others.length + mentioned.length === client.redirectUris.length &&
    mentioned.every((uri) => uri === present.get(uri.value));
  return same ? client.redirectUris : [...others, ...mentioned];
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
    fields: [{ pointer: `/${field}`, field, message: `${field} ${message}` }],
  });
}
