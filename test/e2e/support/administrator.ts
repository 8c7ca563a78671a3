import { randomBytes } from 'node:crypto';
import { expect } from '@jest/globals';
import { ask, type Answer, type Ask } from './http.js';
import { requestToken } from './protocol.js';
import { shape } from './shape.js';

/** A realm as the API shows it, as far as tests look. */
export interface RealmBody {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A client as the API shows it, as far as tests look. */
export interface ClientBody {
  readonly id: string;
  readonly client_id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly client_secret?: string;
}

/** A client of a test, ready to ask for tokens. */
export interface TestClient {
  readonly realm: string;
  readonly id: string;
  readonly clientId: string;
  readonly secret: string;
}

/** An audit event as the API shows it. */
export interface AuditEventBody {
  readonly id: string;
  readonly type: string;
  readonly outcome: 'success' | 'failure';
  readonly reason: string | null;
  readonly client_id: string | null;
  readonly jti: string | null;
  readonly [member: string]: unknown;
}

/** A list as every route answers it. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly page: { readonly next_cursor: string | null; readonly total: number };
}

/** A name nobody has used. */
export function unique(prefix: string): string {
  return `${prefix}-${randomBytes(6).toString('hex')}`;
}

/** Somebody with a bearer token for the administration API. */
export class Administrator {
  constructor(readonly token: string) {}

  /** Signs in as the first administrator, with `admin-cli` and a password, as a script would. */
  static async signIn(): Promise<Administrator> {
    const { adminUsername, adminPassword } = shape();
    const answer = await requestToken('master', {
      form: { grant_type: 'password', client_id: 'admin-cli', username: adminUsername, password: adminPassword },
    });
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
    return new Administrator((answer.body as { access_token: string }).access_token);
  }

  ask(method: string, path: string, json?: unknown, more: Ask = {}): Promise<Answer> {
    return ask(method, path, { bearer: this.token, ...(json === undefined ? {} : { json }), ...more });
  }

  /** Asks and expects a status of success. */
  async done<T>(method: string, path: string, json?: unknown, more: Ask = {}): Promise<T> {
    const answer = await this.ask(method, path, json, more);
    if (answer.status < 200 || answer.status > 299) {
      throw new Error(`${method} ${path} → ${String(answer.status)} ${answer.text}`);
    }
    return answer.body as T;
  }

  createRealm(name = unique('realm')): Promise<RealmBody> {
    return this.done<RealmBody>('POST', '/realms', { name });
  }

  /** Registers a confidential client with a service account. */
  async createServiceClient(realm: string, members: Readonly<Record<string, unknown>> = {}): Promise<TestClient> {
    const name = unique('client');
    const client = await this.done<ClientBody>('POST', `/realms/${realm}/clients`, {
      name,
      client_id: name,
      service_account_enabled: true,
      ...members,
    });
    if (client.client_secret === undefined) throw new Error('A confidential client came without its secret.');
    return { realm, id: client.id, clientId: client.client_id, secret: client.client_secret };
  }

  /** Gives a realm role to a client's service account; the result takes it away. */
  async assignRole(client: TestClient, roleName: string): Promise<() => Promise<Answer>> {
    const { realm } = client;
    const user = await this.done<{ data: { id: string } }>(
      'GET',
      `/realms/${realm}/clients/${client.id}/service-account-user`,
    );
    const roles = await this.done<Page<{ id: string; name: string }>>('GET', `/realms/${realm}/roles?limit=200`);
    const role = roles.data.find(({ name }) => name === roleName);
    if (role === undefined) throw new Error(`Realm ${realm} has no role ${roleName}.`);
    const path = `/realms/${realm}/users/${user.data.id}/roles/${role.id}`;
    await this.done('POST', path);
    return () => this.ask('DELETE', path);
  }

  /** Lists audit events once at least `expected` match: ingest follows a moment behind the answer. */
  async auditEvents(
    realm: string,
    query: Readonly<Record<string, string>>,
    expected = 1,
  ): Promise<readonly AuditEventBody[]> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const page = await this.done<Page<AuditEventBody>>(
        'GET',
        `/realms/${realm}/audit/events?${new URLSearchParams(query).toString()}`,
      );
      if (page.data.length >= expected) return page.data;
      if (Date.now() > deadline) {
        throw new Error(
          `Only ${String(page.data.length)} of ${String(expected)} audit events for ${JSON.stringify(query)}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
