import type { AuditEvent, AuditEventType } from '#contracts';
import { type Administrator, type ClientBody, type TestClient, unique } from './administrator.js';

/** One change through a route, and what the log must tell of it. */
export interface Change {
  /** The path with its parameters; the method is the route's. */
  readonly path: string;
  readonly json?: unknown;
  /** The log in which it is found. */
  readonly realm: string;
  /** What must be recorded, each once. */
  readonly events: readonly ExpectedEvent[];
}

/** What an event must tell, besides who did it. */
export interface ExpectedEvent {
  readonly type: AuditEventType;
  readonly target?: Partial<NonNullable<AuditEvent['target']>>;
  readonly client_id?: string;
  readonly subject_id?: string;
  readonly details?: object;
}

/** What changes are made of: each of them is prepared for one use. */
export class Ground {
  private constructor(
    readonly admin: Administrator,
    readonly realm: string,
  ) {}

  static async make(admin: Administrator): Promise<Ground> {
    return new Ground(admin, (await admin.createRealm()).name);
  }

  get base(): string {
    return `/realms/${this.realm}`;
  }

  client(members: Readonly<Record<string, unknown>> = {}): Promise<TestClient> {
    return this.admin.createServiceClient(this.realm, members);
  }

  async plainClient(): Promise<ClientBody> {
    const name = unique('client');
    return this.admin.done<ClientBody>('POST', `${this.base}/clients`, { name, client_id: name });
  }

  async userOf(client: TestClient): Promise<string> {
    const path = `${this.base}/clients/${client.id}/service-account-user`;
    return (await this.admin.done<{ data: { id: string } }>('GET', path)).data.id;
  }

  async role(permissions: readonly string[] = ['view_realm']): Promise<{ readonly id: string; readonly name: string }> {
    const path = `${this.base}/roles`;
    const made = { name: unique('role'), permissions };
    return (await this.admin.done<{ data: { id: string; name: string } }>('POST', path, made)).data;
  }

  async person(): Promise<{ readonly id: string; readonly username: string }> {
    const made = { username: unique('person') };
    return (await this.admin.done<{ data: { id: string; username: string } }>('POST', `${this.base}/users`, made)).data;
  }

  async permission(client?: TestClient): Promise<string> {
    const path = client === undefined ? this.base : `${this.base}/clients/${client.id}`;
    const { name } = await this.admin.done<{ name: string }>('POST', `${path}/permissions`, { name: unique('p') });
    return name;
  }

  async uri(client: TestClient, kind: string, value: string): Promise<string> {
    const path = `${this.base}/clients/${client.id}/${kind}`;
    return (await this.admin.done<{ id: string }>('POST', path, { value })).id;
  }
}

/** Prepares a change for one use. */
export type Prepare = (ground: Ground) => Promise<Change>;

/** How an event tells that a member was changed. */
export const changeOf = (member: string, before: unknown, after: unknown) => ({
  changes: { [member]: { before, after } },
});
