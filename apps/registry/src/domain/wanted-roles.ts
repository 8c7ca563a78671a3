import type { ConfiguredAssignment, RealmConfiguration, WantedScope, WantedSubject } from '#contracts';
import { AppError, fieldErrorAt, type FieldError } from '#errors';
import type { RegistryPlan, StoredRealm } from './configuration-plan.js';
import type { Client } from './client.js';

/** Who goes by a username. */
export interface KnownPerson {
  readonly id: string;
  readonly username: string;
  readonly clientId: string | null;
}

/** What a configuration says of roles, with the ids of those it speaks of. */
export interface WantedRoles {
  readonly scopes: WantedScope[];
  readonly subjects: WantedSubject[];
}

/** The clients that a configuration speaks of, by `client_id`, as a plan leaves them. */
export function clientsAfter({ clients }: StoredRealm, plan: RegistryPlan): ReadonlyMap<string, Client> {
  const after = new Map(clients);
  for (const client of plan.deleted) after.delete(client.clientId);
  for (const planned of plan.clients) after.set(planned.after.clientId, planned.after);
  return after;
}

/** The user behind a client's service account; while it has none but is to get one, an id that stands for it. */
export function accountOf(client: Client): string | null {
  return client.serviceAccountUserId ?? (client.serviceAccountEnabled ? client.id : null);
}

/**
 * Clients that get a service account because a configuration gives it roles, although it says that the account is off: a realm may
 * have such, so its export has to be applicable to another realm. Only new ones: of a client that is there it would be a mistake.
 */
export function rolesOfDisabledAccounts(
  { clients = [], assignments = [] }: RealmConfiguration,
  isNew: (clientId: string) => boolean,
): ReadonlySet<string> {
  const off = new Set(
    clients.flatMap(({ client_id: clientId, service_account_enabled: enabled, client_type: type }) =>
      enabled === false && type !== 'public' ? [clientId] : [],
    ),
  );
  const holders = assignments.flatMap(({ client_id: clientId }) => clientId ?? []);
  return new Set(holders.filter((clientId) => off.has(clientId) && isNew(clientId)));
}

/** Whether a configuration says anything of roles, permissions or assignments. */
export function speaksOfRoles({ permissions, roles, clients = [], assignments }: RealmConfiguration): boolean {
  return (
    [permissions, roles, assignments].some((list) => list !== undefined) ||
    clients.some((client) => client.permissions !== undefined || client.roles !== undefined)
  );
}

/** Every `client_id` that a configuration mentions anywhere. */
export function mentionedClientIds({ clients = [], assignments = [] }: RealmConfiguration): readonly string[] {
  const names = assignments.flatMap(({ client_id: account, roles }) => [
    ...(account === undefined ? [] : [account]),
    ...roles.flatMap((role) => (typeof role === 'string' ? [] : [role.client_id])),
  ]);
  return [...new Set([...clients.map(({ client_id }) => client_id), ...names])];
}

/**
 * Puts ids in place of names.
 *
 * @param clients As `clientsAfter` tells them.
 * @param people By the username as the configuration writes it.
 * @throws AppError `validation_failed` with pointers to names that nobody has.
 */
export function wantedRoles(
  configuration: RealmConfiguration,
  clients: ReadonlyMap<string, Client>,
  people: ReadonlyMap<string, KnownPerson | null>,
): WantedRoles {
  const problems: FieldError[] = [];
  const assignments = configuration.assignments ?? [];
  const disabled = rolesOfDisabledAccounts(configuration, (clientId) => clients.get(clientId)?.snapshotVersion === 0);
  const accountId = (client: Client): string | null =>
    accountOf(client) ?? (disabled.has(client.clientId) ? client.id : null);
  const subjects = assignments.flatMap((assignment, index) => {
    const pointer = `/assignments/${index}`;
    const holder = holderOf(assignment, { clients, people, accountId }, (member, message) =>
      problems.push(fieldErrorAt(`${pointer}/${member}`, message)),
    );
    const roles = assignment.roles.flatMap((role, at): WantedSubject['roles'] => {
      if (typeof role === 'string') return [{ client: null, name: role }];
      const client = clients.get(role.client_id);
      if (client !== undefined) return [{ client: reference(client), name: role.role }];
      problems.push(fieldErrorAt(`${pointer}/roles/${at}/client_id`, 'names no client of the realm'));
      return [];
    });
    return holder === null ? [] : [{ ...holder, pointer, mentioned: true, roles }];
  });
  const seen = new Set<string>();
  for (const { id, pointer } of subjects) {
    if (seen.has(id)) problems.push(fieldErrorAt(pointer, 'is of somebody who is listed already'));
    seen.add(id);
  }
  if (problems.length > 0) throw new AppError('validation_failed', { fields: problems.slice(0, 50) });
  return {
    scopes: scopesOf(configuration, clients),
    subjects: [...subjects, ...pruned(configuration, clients, seen)],
  };
}

function scopesOf(configuration: RealmConfiguration, clients: ReadonlyMap<string, Client>): WantedScope[] {
  const scopes = (configuration.clients ?? []).flatMap((configured, index): WantedScope[] => {
    const client = clients.get(configured.client_id);
    return client === undefined ? [] : scopeOf(configured, reference(client), `/clients/${index}`);
  });
  return [...scopeOf(configuration, null, ''), ...scopes];
}

function scopeOf(
  { permissions, roles }: Pick<RealmConfiguration, 'permissions' | 'roles'>,
  client: WantedScope['client'],
  pointer: string,
): WantedScope[] {
  if (permissions === undefined && roles === undefined) return [];
  return [
    {
      ...{ client, pointer },
      ...(permissions === undefined ? {} : { permissions }),
      ...(roles === undefined ? {} : { roles }),
    },
  ];
}

function holderOf(
  { client_id: clientId, username }: ConfiguredAssignment,
  {
    clients,
    people,
    accountId,
  }: {
    readonly clients: ReadonlyMap<string, Client>;
    readonly people: ReadonlyMap<string, KnownPerson | null>;
    readonly accountId: (client: Client) => string | null;
  },
  problem: (member: string, message: string) => void,
): Pick<WantedSubject, 'id' | 'kind' | 'name'> | null {
  if (clientId !== undefined) {
    const client = clients.get(clientId);
    const id = client === undefined ? null : accountId(client);
    if (id !== null) return { id, kind: 'service_account', name: clientId };
    problem(
      'client_id',
      client === undefined ? 'names no client of the realm' : 'names a client without service account',
    );
    return null;
  }
  const person = people.get(username ?? '') ?? null;
  if (person?.clientId === null) return { id: person.id, kind: 'user', name: person.username };
  problem(
    'username',
    person === null ? 'names no user of the realm' : 'names a service account: say client_id instead',
  );
  return null;
}

/** Clients belong to a configuration, people do not: with `prune` the service accounts that it does not mention lose their roles. */
function pruned(
  { prune = false, assignments }: RealmConfiguration,
  clients: ReadonlyMap<string, Client>,
  mentioned: ReadonlySet<string>,
): WantedSubject[] {
  if (!prune || assignments === undefined) return [];
  return [...clients.values()].flatMap((client): WantedSubject[] => {
    const id = client.serviceAccountUserId;
    if (id === null || mentioned.has(id)) return [];
    const facts = { id, kind: 'service_account', name: client.clientId } as const;
    return [{ ...facts, pointer: '/assignments', mentioned: false, roles: [] }];
  });
}

function reference({ id, clientId }: Client): { id: string; clientId: string } {
  return { id, clientId };
}
