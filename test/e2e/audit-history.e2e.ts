import { beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Administrator, unique, type RealmBody, type TestClient } from './support/administrator.js';
import { expectProblem } from './support/http.js';
import { clientCredentials, tokenOf } from './support/protocol.js';

interface Authority {
  readonly able: boolean;
  readonly complete: boolean;
  readonly obstacles: readonly { readonly reason: string; readonly event: { readonly event_id: string } | null }[];
  readonly scopes: readonly {
    readonly audience: string;
    readonly permissions: readonly string[];
    readonly roles: readonly { readonly name: string; readonly assigned: { readonly event_id: string } }[];
  }[];
}
interface Role {
  readonly id: string;
  readonly name: string;
}
/** What was seen at a time: what a token carried, or why there was none. */
interface Seen {
  readonly what: string;
  readonly at: string;
  readonly token: {
    readonly jti: string;
    readonly permissions: readonly string[];
    readonly audiences: readonly string[];
  } | null;
  /** Of the dry run, which tells an administrator what it would carry now. */
  readonly evaluated: readonly string[];
}

describe('what was', () => {
  let admin: Administrator;
  let realm: RealmBody;
  let app: TestClient;
  let account: string;
  let billing: TestClient;
  const seen: Seen[] = [];

  const base = () => `/realms/${realm.name}`;
  const put = (path: string, body: object, method = 'PATCH') => admin.done<unknown>(method, `${base()}${path}`, body);
  const ask = (what: string, query: Readonly<Record<string, string>>) =>
    admin.ask('GET', `${base()}/audit/${what}?${new URLSearchParams(query).toString()}`);

  /** Does something, then looks at what it came to. */
  async function look(what: string, change: () => Promise<unknown>): Promise<void> {
    await change();
    const answer = await clientCredentials(app);
    const { data: preview } = await admin.done<{
      data: { permissions?: readonly { readonly name: string; readonly outcome: string }[] };
    }>('POST', `${base()}/clients/${app.id}/evaluate`, {});
    const claims = answer.status === 200 ? tokenOf(answer).claims : null;
    await sleep(5);
    const at = new Date().toISOString();
    await sleep(5);
    seen.push({
      ...{ what, at },
      token:
        claims === null
          ? null
          : { jti: claims.jti, permissions: claims['permissions'] as string[], audiences: [claims.aud ?? []].flat() },
      evaluated: (preview.permissions ?? []).filter(({ outcome }) => outcome === 'granted').map(({ name }) => name),
    });
  }

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
    app = await admin.createServiceClient(realm.name);
    billing = await admin.createServiceClient(realm.name);
    account = (await admin.done<{ data: { id: string } }>('GET', `${base()}/clients/${app.id}/service-account-user`))
      .data.id;
    const api = `/clients/${billing.id}`;
    for (const name of ['read', 'write']) await put(`${api}/permissions`, { name }, 'POST');
    const makeRole = async (path: string, permissions: readonly string[]) =>
      ((await put(path, { name: unique('role'), permissions }, 'POST')) as { data: Role }).data;
    const clerk = await makeRole(`${api}/roles`, ['read']);
    const auditor = await makeRole('/roles', ['view_events', 'view_users']);
    const roles = `/users/${account}/roles`;

    await look('nothing', () => Promise.resolve());
    await look('one role', () => put(roles, { add: [clerk.id] }));
    await look('another role', () => put(`${roles}/${auditor.id}`, {}, 'POST'));
    await look('a wider role', () => put(`/roles/${clerk.id}/permissions`, { permissions: ['read', 'write'] }));
    await look('a renamed permission', () => put(`${api}/permissions/write`, { name: 'change' }));
    await look('a renamed role', () => put(`/roles/${auditor.id}`, { name: unique('renamed') }, 'PUT'));
    await look('a disabled client', () => put(`/clients/${app.id}`, { enabled: false }));
    await look('an enabled client', () => put(`/clients/${app.id}`, { enabled: true }));
    await look('a renamed API', () => put(api, { client_id: unique('api') }));
    await look('a deleted permission', () => admin.done('DELETE', `${base()}${api}/permissions/change?force=true`));
    await look('one role less', () => put(roles, { remove: [auditor.id] }));
    await look('no service account', () => put(`/clients/${app.id}`, { service_account_enabled: false }));
    await look('a service account', () => put(`/clients/${app.id}`, { service_account_enabled: true }));
    await look('a deleted role', () => admin.done('DELETE', `${base()}/roles/${clerk.id}`));
    await put(`/clients/${app.id}`, { name: 'the last change' });
    await admin.auditEvents(realm.name, { type: 'client.updated', client_id: app.clientId }, 5);
    await admin.auditEvents(realm.name, { type: 'role.deleted' });
    const last = seen.findLast(({ token }) => token !== null)?.token?.jti ?? '';
    await admin.auditEvents(realm.name, { jti: last });
  }, 120_000);

  it('is told as it was: the same as tokens and the dry run of the time', async () => {
    for (const { what, at, token, evaluated } of seen) {
      for (const who of [{ client_id: app.clientId }, { subject_id: account }]) {
        const answer = await ask('authority', { ...who, at });
        const told = (answer.body as { data: Authority }).data;
        const permissions = told.scopes.flatMap((scope) => scope.permissions);
        expect({ what, able: told.able, complete: told.complete }).toEqual({
          what,
          able: token !== null,
          complete: true,
        });
        if (token !== null) {
          expect({ what, permissions: permissions.toSorted() }).toEqual({
            what,
            permissions: token.permissions.toSorted(),
          });
          expect(permissions.toSorted()).toEqual(evaluated.toSorted());
          if (permissions.length > 0) {
            const audiences = told.scopes
              .filter((scope) => scope.permissions.length > 0)
              .map(({ audience }) => audience);
            expect({ what, audiences: audiences.toSorted() }).toEqual({ what, audiences: token.audiences.toSorted() });
          }
        }
      }
    }
    expect(seen.filter(({ token }) => token === null).map(({ what }) => what)).toEqual([
      'a disabled client',
      'no service account',
    ]);
  });

  it('names the events that made it so', async () => {
    const disabled = seen.find(({ what }) => what === 'a disabled client')?.at ?? '';
    const { data } = (await ask('authority', { client_id: app.clientId, at: disabled })).body as { data: Authority };
    expect(data.obstacles.map(({ reason }) => reason)).toContain('client_disabled');
    const events = [
      ...data.obstacles.map(({ event }) => event?.event_id),
      ...data.scopes.flatMap(({ roles }) => roles.map(({ assigned }) => assigned.event_id)),
    ];
    expect(events.length).toBeGreaterThanOrEqual(3);
    for (const id of events) {
      const answer = await admin.ask('GET', `${base()}/audit/events/${id ?? 'none'}`);
      expect(answer.status).toBe(200);
    }
  });

  it('finds the tokens that carried a permission in a window, for one API or any', async () => {
    const tokens = async (query: Readonly<Record<string, string>>) => {
      const found: string[] = [];
      let cursor: string | null = '';
      do {
        const answer = await ask('tokens', { limit: '2', cursor, ...query });
        const body = answer.body as { data: { jti: string }[]; page: { next_cursor: string | null } };
        found.push(...body.data.map(({ jti }) => jti));
        cursor = body.page.next_cursor;
      } while (cursor !== null);
      return found;
    };
    const carrying = (permission: string) =>
      seen.flatMap(({ token }) => (token?.permissions.includes(permission) === true ? [token.jti] : [])).toReversed();
    const first = seen[0]?.at ?? '';
    const window = { from: first, to: seen.at(-1)?.at ?? '' };
    for (const permission of ['read', 'change', 'view_events']) {
      expect(carrying(permission).length).toBeGreaterThan(0);
      expect(await tokens({ permission, ...window })).toEqual(carrying(permission));
    }
    expect(await tokens({ permission: 'never', ...window })).toEqual([]);
    const realmWide = await tokens({ permission: 'view_events', client_id: 'realm-management', ...window });
    expect(realmWide).toEqual(carrying('view_events'));
    expect(await tokens({ permission: 'view_events', client_id: billing.clientId, ...window })).toEqual([]);
    // Issued before the window, alive in it.
    const at = new Date().toISOString();
    expect(await tokens({ permission: 'read', from: at, to: at })).toEqual(carrying('read'));
    const early = { from: new Date(Date.parse(first) - 60_000).toISOString(), to: first };
    expect(await tokens({ permission: 'read', ...early })).toEqual([]);
  });

  it('is nothing of another realm, nor of a time before', async () => {
    const other = await admin.createRealm();
    const at = new Date().toISOString();
    const path = `/realms/${other.name}/audit`;
    expectProblem(await admin.ask('GET', `${path}/authority?subject_id=${account}&at=${at}`), 404);
    const window = `from=${seen[0]?.at ?? ''}&to=${at}`;
    const answer = await admin.ask('GET', `${path}/tokens?permission=read&${window}`);
    expect(answer.body).toMatchObject({ data: [], page: { next_cursor: null } });
    const before = await ask('authority', { subject_id: account, at: '2020-01-01T00:00:00Z' });
    expectProblem(before, 404);
  });

  it.each([
    ['authority', {}],
    ['authority', { at: '2026-01-01T00:00:00Z' }],
    ['authority', { subject_id: 'x' }],
    ['authority', { subject_id: 'x', client_id: 'y', at: '2026-01-01T00:00:00Z' }],
    ['authority', { subject_id: 'x', at: 'yesterday' }],
    ['authority', { subject_id: 'x', at: '2026-02-30T00:00:00Z' }],
    ['tokens', { permission: 'read' }],
    ['tokens', { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }],
    ['tokens', { permission: 'read', from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' }],
    ['tokens', { permission: 'read', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z', surprise: '1' }],
  ])('refuses a question that it cannot answer: %s %j', async (what, query) => {
    expectProblem(await ask(what, query), 422);
  });

  it('refuses a cursor of another list, and who may not see events', async () => {
    const query = { permission: 'read', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
    expectProblem(await ask('tokens', { ...query, cursor: 'bm90IG91cnM' }), 400);
    const client = await admin.createServiceClient(realm.name);
    const permissions = ['view_users'];
    const { name } = ((await put('/roles', { name: unique('role'), permissions }, 'POST')) as { data: Role }).data;
    await admin.assignRole(client, name);
    const reader = new Administrator(tokenOf(await clientCredentials(client)).token);
    for (const [what, asked] of [
      ['tokens', query],
      ['authority', { subject_id: account, at: query.to }],
    ] as const) {
      const answer = await reader.ask('GET', `${base()}/audit/${what}?${new URLSearchParams(asked).toString()}`);
      expectProblem(answer, 403);
    }
  });
});
