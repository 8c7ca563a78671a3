import type { Actor, BuiltInPermissionName, RealmConfiguration } from '#contracts';
import { AppError, collectingFieldErrors, fieldErrorAt, type FieldError } from '#errors';
import { checkDeletableClient } from './client-policy.js';
import type { Client } from './client.js';
import { changeConfiguredClient, changeSideUris, newConfiguredClient } from './configured-client.js';
import { NO_SIDE_URIS, type SideUris } from './configured-uris.js';
import type { Making } from './making.js';
import { speaksOfRoles } from './wanted-roles.js';
import { changeRealm, type Realm, type RealmChanges } from './realm.js';

/** One client of a plan; `before` null creates it. */
export interface PlannedClient {
  readonly before: Client | null;
  readonly after: Client;
  /** The URIs beside it. When only these differ, `after` is `before`. */
  readonly uris: { readonly before: SideUris; readonly after: SideUris };
}

/** What a configuration makes of the registry's data; only what differs. */
export interface RegistryPlan {
  readonly realm: { readonly before: Realm; readonly after: Realm } | null;
  readonly clients: readonly PlannedClient[];
  readonly deleted: readonly Client[];
}

/** What is there: the realm, and its clients as far as the configuration concerns them. */
export interface StoredRealm {
  readonly realm: Realm;
  /** By `client_id`. With `prune` every client of the realm. */
  readonly clients: ReadonlyMap<string, Client>;
  /** The URIs beside clients, by the client's UUID, as far as the configuration speaks of them. */
  readonly uris: ReadonlyMap<string, SideUris>;
}

/**
 * Compares a configuration with what is there.
 *
 * @throws AppError `validation_failed` with pointers into the configuration, `conflict` for what the product keeps as it is.
 */
export function planRegistry(
  { realm, clients, uris }: StoredRealm,
  configuration: RealmConfiguration,
  secrets: Readonly<Record<string, string>>,
  making: Making,
): RegistryPlan {
  const problems: FieldError[] = [];
  const at = <T>(pointer: string, work: () => T): T | null => collecting(problems, pointer, work);
  const wanted = configuration.clients ?? [];
  const prune = configuration.prune ?? false;
  const changedRealm = at('/realm', () => changeRealm(realm, realmChanges(configuration), making.now));
  const planned = wanted.flatMap((configured, index) => {
    const before = clients.get(configured.client_id) ?? null;
    const facts = { configured, secret: secretOf(secrets, configured.client_id), prune };
    const after = at(`/clients/${index}`, () =>
      before === null ? newConfiguredClient(realm.id, facts, making) : changeConfiguredClient(before, facts, making),
    );
    const urisBefore = (before === null ? undefined : uris.get(before.id)) ?? NO_SIDE_URIS;
    const urisAfter = at(`/clients/${index}`, () =>
      changeSideUris(urisBefore, facts, before ?? { publicClient: configured.client_type === 'public' }, making),
    );
    if (after === null || urisAfter === null || (after === before && urisAfter === urisBefore)) return [];
    return [{ before, after, uris: { before: urisBefore, after: urisAfter } }];
  });
  for (const clientId of Object.keys(secrets)) {
    if (wanted.some((client) => client.client_id === clientId)) continue;
    problems.push(fieldErrorAt('/clients', `has no client ${clientId}, for which a secret came`));
  }
  if (problems.length > 0) throw new AppError('validation_failed', { fields: problems.slice(0, 50) });
  return {
    realm: changedRealm === null || changedRealm === realm ? null : { before: realm, after: changedRealm },
    clients: planned,
    deleted: prune && configuration.clients !== undefined ? deletedClients(clients, wanted) : [],
  };
}

/** Whether there is nothing to do. */
export function isEmptyPlan({ realm, clients, deleted }: RegistryPlan): boolean {
  return realm === null && clients.length === 0 && deleted.length === 0;
}

/** Refuses to show what somebody may not view. @throws AppError `forbidden`. */
export function requireMayCompare(actor: Actor, configuration: RealmConfiguration): void {
  if (configuration.realm !== undefined) requireOneOf(actor, 'see the realm', 'view_realm', 'manage_realm');
  if (configuration.clients !== undefined) requireOneOf(actor, 'see its clients', 'view_clients', 'manage_clients');
  if (speaksOfRoles(configuration)) requireOneOf(actor, 'see its roles', 'view_roles', 'manage_roles');
  // Otherwise one could ask which usernames there are.
  if (configuration.assignments?.some(({ username }) => username !== undefined) === true) {
    requireOneOf(actor, 'see its users', 'view_users', 'manage_users');
  }
  // … or which clients.
  if (configuration.assignments !== undefined) {
    requireOneOf(actor, 'see its clients', 'view_clients', 'manage_clients');
  }
}

/** Refuses changes that the actor could not make one by one either. @throws AppError `forbidden`, `conflict`. */
export function requireMayApply(actor: Actor, { realm, clients, deleted }: RegistryPlan): void {
  if (realm !== null) requireOneOf(actor, 'change the realm', 'manage_realm');
  if (clients.some(({ before }) => before === null)) {
    requireOneOf(actor, 'create clients', 'create_client', 'manage_clients');
  }
  if (deleted.length > 0 || clients.some(({ before }) => before !== null)) {
    requireOneOf(actor, 'change clients', 'manage_clients');
  }
  for (const client of deleted) {
    checkDeletableClient(client);
    if (client.serviceAccountUserId !== null && client.serviceAccountUserId === actor.id) {
      throw new AppError('conflict', {
        detail: `This would delete ${client.clientId}, the client that applies the configuration: mention it.`,
        reason: 'deletes_itself',
      });
    }
  }
}

function deletedClients(clients: ReadonlyMap<string, Client>, wanted: readonly { readonly client_id: string }[]) {
  const mentioned = new Set(wanted.map(({ client_id }) => client_id));
  return [...clients.values()].filter(
    ({ clientId, clientType }) => clientType !== 'system' && !mentioned.has(clientId),
  );
}

function realmChanges({ realm = {} }: RealmConfiguration): RealmChanges {
  const { settings = {} } = realm;
  const { password_policy: policy = {} } = settings;
  return {
    displayName: realm.display_name,
    enabled: realm.enabled,
    settings: {
      accessTokenLifetimeSeconds: settings.access_token_lifetime,
      refreshTokenLifetimeSeconds: settings.refresh_token_lifetime,
      idTokenLifetimeSeconds: settings.id_token_lifetime,
      temporaryTokenLifetimeSeconds: settings.temporary_token_lifetime,
      defaultSigningAlgorithm: settings.default_signing_algorithm,
      passwordPolicy: {
        minLength: policy.min_length,
        maxLength: policy.max_length,
        refuseCommon: policy.refuse_common,
        refuseContext: policy.refuse_context,
        blockedWords: policy.blocked_words,
      },
    },
  };
}

/** A name such as `constructor` must not find what every object has. */
function secretOf(secrets: Readonly<Record<string, string>>, clientId: string): string | undefined {
  return Object.hasOwn(secrets, clientId) ? secrets[clientId] : undefined;
}

/** Runs `work` and moves what it finds wrong to its place in the configuration. @returns null when something is invalid. */
function collecting<T>(problems: FieldError[], pointer: string, work: () => T): T | null {
  try {
    return collectingFieldErrors(problems, pointer, work);
  } catch (error) {
    throw error instanceof AppError && error.code === 'conflict' ? placed(error, pointer) : error;
  }
}

/** What is no mistake of the document, but cannot be done, has its place there all the same. */
function placed(error: AppError, pointer: string): AppError {
  return new AppError('conflict', {
    detail: `${pointer}: ${error.detail ?? error.facts.title}`,
    ...(error.reason === undefined ? {} : { reason: error.reason }),
    cause: error,
  });
}

function requireOneOf(actor: Actor, what: string, ...permissions: readonly BuiltInPermissionName[]): void {
  if (actor.kind === 'system' || permissions.some((name) => actor.permissions.includes(name))) return;
  throw new AppError('forbidden', {
    detail: `To ${what} needs ${permissions.join(' or ')}.`,
    reason: 'permission_missing',
  });
}
