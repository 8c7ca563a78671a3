import { REALM_MANAGEMENT_CLIENT_ID, type ClientType } from '#contracts';
import { AppError } from '#errors';
import { clientIdProblem } from './client-id.js';
import type { Client, ClientChanges, ClientFacts } from './client.js';
import { LIFETIME_MEMBERS, lifetimeProblem } from './lifetimes.js';
import { lineProblem, Problems, textProblem } from './problems.js';
import { redirectUriProblem } from './redirect-uri.js';

const NAME_MAX_LENGTH = 255;

/**
 * Checks what a client may be: public ones keep no secret, so they have no service account either (RFC 6749 §4.4: client
 * credentials are for confidential clients).
 *
 * @throws AppError `validation_failed` with everything that is wrong.
 */
export function checkClient(
  facts: ClientFacts,
  kind: { readonly publicClient: boolean },
  redirectUris: readonly string[],
): void {
  const problems = new Problems();
  problems.add('/client_id', clientIdProblem(facts.clientId));
  problems.add('/name', nameProblem(facts.name));
  problems.add('/description', textProblem(facts.description));
  problems.add('/owner', lineProblem(facts.owner));
  if (kind.publicClient && facts.serviceAccountEnabled) {
    problems.add(
      '/service_account_enabled',
      'must be false for a public client: it has no secret to authenticate with',
    );
  }
  for (const [member, field] of LIFETIME_MEMBERS) problems.add(`/${field}`, lifetimeProblem(facts[member]));
  redirectUris.forEach((value, index) => {
    const twice = redirectUris.indexOf(value) < index ? 'must not be listed twice' : null;
    problems.add(`/redirect_uris/${index}`, redirectUriProblem(value, kind) ?? twice);
  });
  problems.throwIfAny();
}

/**
 * The client after a change; the very same object when nothing differs.
 *
 * @throws AppError `validation_failed`, `conflict` for what is fixed of a system client.
 */
export function changeClient(client: Client, changes: ClientChanges, now: Date): Client {
  const differing = Object.entries(changes).filter(
    ([member, value]) => value !== undefined && value !== client[member as keyof ClientFacts],
  );
  if (differing.length === 0) return client;
  checkFixedMembers(
    client,
    differing.map(([member]) => member),
  );
  const next: Client = {
    ...client,
    ...(Object.fromEntries(differing) as Partial<ClientFacts>),
    version: client.version + 1,
    updatedAt: now,
  };
  checkClient(next, client, []);
  return next;
}

/** Whether a change lets a client act in its own name that could not before: whoever knows a secret of it gains by that. */
export function actsAgain(before: ClientActing, after: ClientActing): boolean {
  return !acts(before) && acts(after);
}

type ClientActing = Pick<Client, 'enabled' | 'serviceAccountEnabled'>;

function acts({ enabled, serviceAccountEnabled }: ClientActing): boolean {
  return enabled && serviceAccountEnabled;
}

/** @throws AppError `conflict` for a system client. */
export function checkDeletableClient(client: Client): void {
  if (client.clientType !== 'system') return;
  throw new AppError('conflict', { detail: 'A system client cannot be deleted.', reason: 'system_client' });
}

/** @throws AppError `conflict` for a client that never has a secret. */
export function checkSecretHolder({ clientType }: { readonly clientType: ClientType }): void {
  if (clientType === 'confidential') return;
  throw new AppError('conflict', { detail: `A ${clientType} client has no secret.`, reason: `${clientType}_client` });
}

/** The product itself relies on these; everything else of a system client may be changed. */
const FIXED_OF_SYSTEM_CLIENTS: readonly (keyof ClientFacts)[] = [
  'clientId',
  'serviceAccountEnabled',
  'directAccessGrantsEnabled',
  'firstParty',
];

const API_NAMES: Readonly<Partial<Record<keyof ClientFacts, string>>> = {
  clientId: 'client_id',
  serviceAccountEnabled: 'service_account_enabled',
  directAccessGrantsEnabled: 'direct_access_grants_enabled',
  firstParty: 'first_party',
};

function checkFixedMembers(client: Client, members: readonly string[]): void {
  if (client.clientType !== 'system') return;
  // Without this API nobody could enable anything again.
  const fixed =
    client.clientId === REALM_MANAGEMENT_CLIENT_ID ? [...FIXED_OF_SYSTEM_CLIENTS, 'enabled'] : FIXED_OF_SYSTEM_CLIENTS;
  const refused = members.filter((member) => (fixed as readonly string[]).includes(member));
  if (refused.length === 0) return;
  const names = refused.map((member) => API_NAMES[member as keyof ClientFacts] ?? member);
  throw new AppError('conflict', {
    detail: `These members of a system client cannot be changed: ${names.join(', ')}.`,
    reason: 'system_client',
  });
}

function nameProblem(name: string): string | null {
  if (name.trim() === '') return 'must not be blank';
  if (name.length > NAME_MAX_LENGTH) return `must have at most ${NAME_MAX_LENGTH} characters`;
  return lineProblem(name);
}
