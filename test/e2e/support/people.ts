import { Administrator, unique, type ClientBody } from './administrator.js';
import type { Answer, Ask } from './http.js';
import { requestToken, tokenOf } from './protocol.js';

/** A user as the API shows it, as far as tests look. */
export interface UserBody {
  readonly id: string;
  readonly client_id: string | null;
  readonly username: string;
  readonly email: string | null;
  readonly enabled: boolean;
  readonly required_actions: readonly string[];
  readonly [member: string]: unknown;
}

/** A person of a realm with their password. */
export interface Person {
  readonly realm: string;
  readonly id: string;
  readonly username: string;
  readonly password: string;
}

/** Passwords that every policy of a test takes. */
export function goodPassword(): string {
  return unique('seven quiet otters');
}

/** Registers a public client with which people of the realm sign in by password, as scripts do. */
export async function signInClient(admin: Administrator, realm: string): Promise<string> {
  const client = await admin.done<ClientBody>('POST', `/realms/${realm}/clients`, {
    name: unique('cli'),
    client_type: 'public',
    direct_access_grants_enabled: true,
  });
  return client.client_id;
}

/** Creates a person who can sign in. */
export async function createPerson(admin: Administrator, realm: string, members: object = {}): Promise<Person> {
  const username = unique('person');
  const { data } = await admin.done<{ data: UserBody }>('POST', `/realms/${realm}/users`, { username, ...members });
  const password = goodPassword();
  await admin.done('PUT', `/realms/${realm}/users/${data.id}/reset-password`, { value: password, temporary: false });
  return { realm, id: data.id, username: data.username, password };
}

/** Asks for a token with a person's password. */
export function passwordGrant(clientId: string, person: Person, more: Ask = {}): Promise<Answer> {
  const { realm, username, password } = person;
  return requestToken(realm, {
    ...more,
    form: { grant_type: 'password', client_id: clientId, username, password },
  });
}

/** A person as the holder of a token for the administration API. */
export async function signIn(clientId: string, person: Person): Promise<Administrator> {
  return new Administrator(tokenOf(await passwordGrant(clientId, person)).token);
}

/** The id of a role of a realm. */
export async function roleId(admin: Administrator, realm: string, name: string): Promise<string> {
  const { data } = await admin.done<{ data: { id: string; name: string }[] }>(
    'GET',
    `/realms/${realm}/roles?limit=200&search=${encodeURIComponent(name)}`,
  );
  const role = data.find((one) => one.name === name);
  if (role === undefined) throw new Error(`Realm ${realm} has no role ${name}.`);
  return role.id;
}
