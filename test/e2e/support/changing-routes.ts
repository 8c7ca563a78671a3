import type { AuditEvent, AuditEventType } from '#contracts';
import { WEBHOOK_CHANGING_ROUTES } from './webhook-changing-routes.js';
import { unique, type Administrator, type ClientBody, type TestClient } from './administrator.js';

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

type Prepare = (ground: Ground) => Promise<Change>;

const change = (member: string, before: unknown, after: unknown) => ({ changes: { [member]: { before, after } } });

/** Every kind of URI of a client: the last part of its path, its member in events, and one that is accepted. */
const URI_KINDS = [
  ['redirects', 'redirect_uri', 'https://app.example/cb'],
  ['post-logout-redirects', 'post_logout_redirect_uri', 'https://app.example/bye'],
  ['web-origins', 'web_origin', 'https://app.example'],
] as const;

const uriRoutes = Object.fromEntries(
  URI_KINDS.flatMap(([kind, member, value]): [string, Prepare][] => [
    [
      `POST /realms/{realm}/clients/{id}/${kind}`,
      async (ground) => {
        const client = await ground.client();
        const facts = { target: { kind: 'client', id: client.id }, client_id: client.clientId };
        const details = { [member]: { value, enabled: true } };
        return {
          path: `${ground.base}/clients/${client.id}/${kind}`,
          json: { value },
          realm: ground.realm,
          events: [{ type: `client.${member}_added`, ...facts, details }],
        };
      },
    ],
    [
      `PUT /realms/{realm}/clients/{id}/${kind}/{uriId}`,
      async (ground) => {
        const client = await ground.client();
        const id = await ground.uri(client, kind, value);
        const details = { [member]: { id, value, enabled: false }, ...change('enabled', true, false) };
        return {
          path: `${ground.base}/clients/${client.id}/${kind}/${id}`,
          json: { enabled: false },
          realm: ground.realm,
          events: [{ type: `client.${member}_updated`, client_id: client.clientId, details }],
        };
      },
    ],
    [
      `DELETE /realms/{realm}/clients/{id}/${kind}/{uriId}`,
      async (ground) => {
        const client = await ground.client();
        const id = await ground.uri(client, kind, value);
        return {
          path: `${ground.base}/clients/${client.id}/${kind}/${id}`,
          realm: ground.realm,
          events: [
            { type: `client.${member}_removed`, client_id: client.clientId, details: { [member]: { id, value } } },
          ],
        };
      },
    ],
  ]),
);

/** Roles and permissions of the realm, or of a client as an API. */
const scopeRoutes = (owner: 'realm' | 'client'): Record<string, Prepare> => {
  const pattern = owner === 'realm' ? '/realms/{realm}' : '/realms/{realm}/clients/{id}';
  const prepare =
    (make: (ground: Ground, path: string, api: TestClient | undefined) => Promise<Omit<Change, 'realm'>>): Prepare =>
    async (ground) => {
      const api = owner === 'realm' ? undefined : await ground.client();
      const made = await make(ground, api === undefined ? ground.base : `${ground.base}/clients/${api.id}`, api);
      const facts = api === undefined ? {} : { client_id: api.clientId };
      const scope = { scope: api?.id ?? 'realm' };
      const events = made.events.map((event) => ({ ...facts, ...event, details: { ...scope, ...event.details } }));
      return { ...made, realm: ground.realm, events };
    };
  return {
    [`POST ${pattern}/permissions`]: prepare((_ground, path) => {
      const name = unique('p');
      const details = { permission: name, bit: expect_.anyNumber, description: 'd' };
      return Promise.resolve({
        path: `${path}/permissions`,
        json: { name, description: 'd' },
        events: [{ type: 'permission.created', target: { kind: 'permission', id: name }, details }],
      });
    }),
    [`PATCH ${pattern}/permissions/{name}`]: prepare(async (ground, path, api) => {
      const name = await ground.permission(api);
      const renamed = unique('p');
      return {
        path: `${path}/permissions/${name}`,
        json: { name: renamed },
        events: [{ type: 'permission.updated', details: change('name', name, renamed) }],
      };
    }),
    [`DELETE ${pattern}/permissions/{name}`]: prepare(async (ground, path, api) => {
      const name = await ground.permission(api);
      const details = { permission: name, taken_from_roles: 0 };
      return { path: `${path}/permissions/${name}`, events: [{ type: 'permission.deleted', details }] };
    }),
    [`POST ${pattern}/roles`]: prepare((_ground, path) => {
      const name = unique('role');
      const details = { role: name, permissions: [], description: null };
      return Promise.resolve({
        path: `${path}/roles`,
        json: { name, permissions: [] },
        events: [{ type: 'role.created', target: { kind: 'role' }, details }],
      });
    }),
  };
};

/** Asymmetric matchers, named so that this file needs nothing of a test's globals. */
const expect_ = { anyNumber: { asymmetricMatch: (value: unknown) => typeof value === 'number' } };

/** Every route that changes something; a new one fails the test until it is here. */
export const CHANGING_ROUTES: Readonly<Record<string, Prepare>> = {
  'POST /realms': () => {
    const name = unique('realm');
    const details = { realm: { name, enabled: true } };
    const systemClients = ['realm-management', 'console', 'account'].map((client_id) => ({
      type: 'client.created' as const,
      client_id,
    }));
    return Promise.resolve({
      path: '/realms',
      json: { name },
      realm: name,
      events: [{ type: 'realm.created', target: { kind: 'realm' }, details }, ...systemClients],
    });
  },
  'PUT /realms/{realm}': (ground) =>
    Promise.resolve({
      path: ground.base,
      json: { display_name: 'Shown' },
      realm: ground.realm,
      events: [{ type: 'realm.updated', target: { kind: 'realm' }, details: change('display_name', null, 'Shown') }],
    }),
  'PUT /realms/{realm}/settings': (ground) =>
    Promise.resolve({
      path: `${ground.base}/settings`,
      json: { access_token_lifetime: 99 },
      realm: ground.realm,
      events: [{ type: 'realm.updated', details: change('access_token_lifetime', 300, 99) }],
    }),
  'DELETE /realms/{realm}': async ({ admin }) => {
    const { id, name } = await admin.createRealm();
    return {
      path: `/realms/${name}`,
      realm: 'master',
      events: [{ type: 'realm.deleted', target: { kind: 'realm', id }, details: { realm: { name } } }],
    };
  },
  'POST /realms/{realm}/clients': (ground) => {
    const name = unique('client');
    const details = { client: { name, client_id: name, secret: '***', enabled: true } };
    return Promise.resolve({
      path: `${ground.base}/clients`,
      json: { name, client_id: name },
      realm: ground.realm,
      events: [{ type: 'client.created', target: { kind: 'client' }, client_id: name, details }],
    });
  },
  'PATCH /realms/{realm}/clients/{id}': async (ground) => {
    const { id, client_id } = await ground.plainClient();
    return {
      path: `${ground.base}/clients/${id}`,
      json: { enabled: false },
      realm: ground.realm,
      events: [
        { type: 'client.updated', target: { kind: 'client', id }, client_id, details: change('enabled', true, false) },
      ],
    };
  },
  'DELETE /realms/{realm}/clients/{id}': async (ground) => {
    const { id, client_id } = await ground.plainClient();
    const details = { client: { client_id, secret: '***' } };
    return {
      path: `${ground.base}/clients/${id}`,
      realm: ground.realm,
      events: [{ type: 'client.deleted', target: { kind: 'client', id }, client_id, details }],
    };
  },
  'POST /realms/{realm}/clients/{id}/client-secret': async (ground) => {
    const { id, client_id } = await ground.plainClient();
    return {
      path: `${ground.base}/clients/${id}/client-secret`,
      json: {},
      realm: ground.realm,
      events: [{ type: 'client.secret_rotated', target: { kind: 'client', id }, client_id }],
    };
  },
  'POST /realms/{realm}/clients/{id}/secrets': async (ground) => {
    const { id, client_id } = await ground.plainClient();
    return {
      path: `${ground.base}/clients/${id}/secrets`,
      json: { name: 'second' },
      realm: ground.realm,
      events: [{ type: 'client.secret_created', client_id, details: { secret: { name: 'second' } } }],
    };
  },
  'DELETE /realms/{realm}/clients/{id}/secrets/{secretId}': async (ground) => {
    const { id, client_id } = await ground.plainClient();
    const path = `${ground.base}/clients/${id}/secrets`;
    const secret = await ground.admin.done<{ id: string }>('POST', path, { name: 'second' });
    const details = { secret: { id: secret.id, name: 'second' }, forced: false };
    return {
      path: `${path}/${secret.id}`,
      realm: ground.realm,
      events: [{ type: 'client.secret_deleted', client_id, details }],
    };
  },
  ...uriRoutes,
  'POST /realms/{realm}/users': (ground) => {
    const username = unique('person');
    return Promise.resolve({
      path: `${ground.base}/users`,
      json: { username },
      realm: ground.realm,
      events: [{ type: 'user.created', target: { kind: 'user' }, details: { username } }],
    });
  },
  'PUT /realms/{realm}/users/{id}': async (ground) => {
    const { id, username } = await ground.person();
    return {
      path: `${ground.base}/users/${id}`,
      json: { firstname: 'Ada' },
      realm: ground.realm,
      events: [{ type: 'user.updated', subject_id: id, details: { username, ...change('firstname', null, 'Ada') } }],
    };
  },
  'PUT /realms/{realm}/users/{id}/reset-password': async (ground) => {
    const { id, username } = await ground.person();
    const details = { username, temporary: false, ...change('password', null, '***') };
    return {
      path: `${ground.base}/users/${id}/reset-password`,
      json: { value: 'correct horse battery staple', temporary: false, credential_type: 'password' },
      realm: ground.realm,
      events: [{ type: 'user.password_changed', target: { kind: 'user', id }, subject_id: id, details }],
    };
  },
  'DELETE /realms/{realm}/users/{id}': async (ground) => {
    const { id, username } = await ground.person();
    return {
      path: `${ground.base}/users/${id}`,
      realm: ground.realm,
      events: [{ type: 'user.deleted', target: { kind: 'user', id }, subject_id: id, details: { username } }],
    };
  },
  'PUT /realms/{realm}/audit/retention': (ground) =>
    Promise.resolve({
      path: `${ground.base}/audit/retention`,
      json: { retention: '7y' },
      realm: ground.realm,
      events: [{ type: 'audit.retention_changed', target: { kind: 'realm' } }],
    }),
  'POST /realms/{realm}/audit/erasures': async (ground) => {
    const { id } = await ground.person();
    await ground.admin.auditEvents(ground.realm, { type: 'user.created', subject_id: id });
    return {
      path: `${ground.base}/audit/erasures`,
      json: { subject_id: id, reason: 'a demand' },
      realm: ground.realm,
      events: [
        {
          type: 'audit.personal_data_erased',
          target: { kind: 'realm' },
          subject_id: id,
          details: { reason: 'a demand', events: 1 },
        },
      ],
    };
  },
  'PATCH /realms/{realm}/users/{id}/roles': async (ground) => {
    const subject_id = await ground.userOf(await ground.client());
    const role = await ground.role();
    return {
      path: `${ground.base}/users/${subject_id}/roles`,
      json: { add: [role.id] },
      realm: ground.realm,
      events: [
        { type: 'role.assigned', target: { kind: 'role', id: role.id }, subject_id, details: { role: role.name } },
      ],
    };
  },
  'POST /realms/{realm}/users/{id}/roles/{roleId}': async (ground) => {
    const subject_id = await ground.userOf(await ground.client());
    const role = await ground.role();
    return {
      path: `${ground.base}/users/${subject_id}/roles/${role.id}`,
      realm: ground.realm,
      events: [
        { type: 'role.assigned', target: { kind: 'role', id: role.id }, subject_id, details: { role: role.name } },
      ],
    };
  },
  'DELETE /realms/{realm}/users/{id}/roles/{roleId}': async (ground) => {
    const subject_id = await ground.userOf(await ground.client());
    const role = await ground.role();
    const path = `${ground.base}/users/${subject_id}/roles/${role.id}`;
    await ground.admin.done('POST', path);
    return {
      path,
      realm: ground.realm,
      events: [
        { type: 'role.unassigned', target: { kind: 'role', id: role.id }, subject_id, details: { role: role.name } },
      ],
    };
  },
  'PATCH /realms/{realm}/roles/{id}/subjects': async (ground) => {
    const subject_id = await ground.userOf(await ground.client());
    const role = await ground.role();
    return {
      path: `${ground.base}/roles/${role.id}/subjects`,
      json: { add: [subject_id] },
      realm: ground.realm,
      events: [{ type: 'role.assigned', target: { kind: 'role', id: role.id }, subject_id }],
    };
  },
  'PUT /realms/{realm}/roles/{id}': async (ground) => {
    const role = await ground.role();
    const name = unique('role');
    return {
      path: `${ground.base}/roles/${role.id}`,
      json: { name },
      realm: ground.realm,
      events: [
        { type: 'role.updated', target: { kind: 'role', id: role.id }, details: change('name', role.name, name) },
      ],
    };
  },
  'PATCH /realms/{realm}/roles/{id}/permissions': async (ground) => {
    const role = await ground.role();
    return {
      path: `${ground.base}/roles/${role.id}/permissions`,
      json: { permissions: [] },
      realm: ground.realm,
      events: [{ type: 'role.updated', details: change('permissions', ['view_realm'], []) }],
    };
  },
  'DELETE /realms/{realm}/roles/{id}': async (ground) => {
    const role = await ground.role();
    const details = { role: role.name, permissions: ['view_realm'], holders: 0 };
    return {
      path: `${ground.base}/roles/${role.id}`,
      realm: ground.realm,
      events: [{ type: 'role.deleted', target: { kind: 'role', id: role.id }, details }],
    };
  },
  ...scopeRoutes('realm'),
  ...scopeRoutes('client'),
  ...WEBHOOK_CHANGING_ROUTES,
  'POST /realms/{realm}/keys/rotate': async (ground) => {
    const keys = await ground.admin.done<{ data: { kid: string }[] }>('GET', `${ground.base}/keys`);
    const details = { algorithm: 'ES256', replaced_kid: keys.data[0]?.kid };
    return {
      path: `${ground.base}/keys/rotate`,
      realm: ground.realm,
      events: [{ type: 'signing_key.rotated', target: { kind: 'signing_key' }, details }],
    };
  },
  'POST /realms/{realm}/apply': async (ground) => {
    const known = await ground.plainClient();
    const client_id = unique('client');
    return {
      path: `${ground.base}/apply`,
      json: { version: 1, clients: [{ client_id }, { client_id: known.client_id, description: 'Known' }] },
      realm: ground.realm,
      events: [
        { type: 'client.created', client_id },
        { type: 'client.updated', client_id: known.client_id, details: change('description', null, 'Known') },
      ],
    };
  },
};
