import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, type Page } from './support/administrator.js';
import { realmPicture } from './support/realm-picture.js';

interface Result {
  readonly changes: readonly { readonly action: string; readonly kind: string; readonly name: string }[];
}

const URIS = {
  redirect_uris: ['https://app.example/cb', { value: 'https://app.example/old', enabled: false }],
  post_logout_redirect_uris: ['https://app.example/bye', { value: 'https://app.example/gone', enabled: false }],
  web_origins: ['https://app.example', { value: 'https://old.example', enabled: false }],
};

/** A value for every member that can be set; none of them the default. */
const EVERYTHING = {
  version: 1,
  realm: {
    display_name: 'Acme “quoted” é: #1',
    enabled: true,
    settings: {
      access_token_lifetime: 61,
      refresh_token_lifetime: 62,
      id_token_lifetime: 63,
      temporary_token_lifetime: 64,
      default_signing_algorithm: 'EdDSA',
      password_policy: {
        min_length: 9,
        max_length: 99,
        refuse_common: false,
        refuse_context: false,
        blocked_words: ['acme', 'coyote'],
      },
    },
  },
  permissions: [{ name: 'reports:read', description: 'Read reports' }, { name: 'reports:write' }],
  roles: [
    { name: 'auditor', description: 'Looks', permissions: ['view_events', 'reports:read'] },
    { name: 'nothing', permissions: [] },
    { name: 'viewer', description: 'Sees reports as well' },
  ],
  clients: [
    {
      client_id: 'api',
      name: 'The API',
      description: 'line one\nline two',
      owner: 'team: api',
      enabled: false,
      service_account_enabled: true,
      direct_access_grants_enabled: true,
      first_party: true,
      access_token_lifetime: 71,
      refresh_token_lifetime: 72,
      id_token_lifetime: 73,
      temporary_token_lifetime: 74,
      redirect_uris: URIS.redirect_uris,
      post_logout_redirect_uris: URIS.post_logout_redirect_uris,
      web_origins: URIS.web_origins,
      permissions: [{ name: 'invoices:read', description: 'Read them' }, { name: 'invoices:write' }],
      roles: [{ name: 'reader', description: 'Reads', permissions: ['invoices:read'] }, { name: 'bare' }],
    },
    { client_id: 'web', client_type: 'public', redirect_uris: ['com.example.app:/cb'] },
    { client_id: 'worker', service_account_enabled: true },
    { client_id: 'retired', service_account_enabled: true },
    {
      client_id: 'console',
      name: 'Our console',
      description: null,
      owner: 'operations',
      enabled: false,
      id_token_lifetime: 75,
      redirect_uris: ['https://console.example/cb'],
      web_origins: ['https://console.example'],
      roles: [{ name: 'of-console' }],
    },
    { client_id: 'account', post_logout_redirect_uris: ['https://account.example/bye'] },
  ],
  assignments: [
    { client_id: 'api', roles: ['nothing'] },
    { client_id: 'worker', roles: ['auditor', { client_id: 'api', role: 'reader' }, 'viewer'] },
    { client_id: 'retired', roles: ['auditor'] },
    { username: 'alice', roles: ['auditor', { client_id: 'console', role: 'of-console' }] },
    { username: 'bob', roles: ['admin'] },
  ],
};

describe('a realm that goes through a document', () => {
  let admin: Administrator;

  beforeAll(async () => {
    admin = await Administrator.signIn();
  });

  const send = (realm: string, action: 'plan' | 'apply', document: object) =>
    admin.done<Result>('POST', `/realms/${realm}/${action}`, document);
  const exported = (realm: string) =>
    admin.done<{ clients: { client_id: string }[] }>('GET', `/realms/${realm}/export`);

  it('keeps the URIs of every kind, which the routes of the client show as well', async () => {
    const [from, to] = [(await admin.createRealm()).name, (await admin.createRealm()).name];
    const document = { version: 1, clients: [{ client_id: 'web', client_type: 'public', ...URIS }] };
    await send(from, 'apply', document);
    expect((await send(from, 'apply', document)).changes).toEqual([]);
    const written = await exported(from);
    expect(written.clients).toEqual([expect.objectContaining({ client_id: 'web', ...URIS })]);
    await send(to, 'apply', { ...written, prune: true });
    expect(await exported(to)).toEqual(written);
    expect((await send(to, 'plan', { ...written, prune: true })).changes).toEqual([]);

    const { data } = await admin.done<{ data: { id: string }[] }>('GET', `/realms/${to}/clients?client_id=web`);
    for (const [path, list] of [
      ['redirects', URIS.redirect_uris],
      ['post-logout-redirects', URIS.post_logout_redirect_uris],
      ['web-origins', URIS.web_origins],
    ] as const) {
      const route = `/realms/${to}/clients/${data[0]?.id}/${path}`;
      const uris = await admin.done<{ value: string; enabled: boolean }[]>('GET', route);
      const shown = uris.map(({ value, enabled }) => (enabled ? value : { value, enabled }));
      expect(new Set(shown)).toEqual(new Set(list));
    }
    const events = await admin.auditEvents(to, { client_id: 'web' });
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['client.created', 'client.web_origin_added', 'client.post_logout_redirect_uri_added']),
    );
  });

  it('loses the URIs that the document does not mention only when it says prune', async () => {
    const { name: realm } = await admin.createRealm();
    await send(realm, 'apply', { version: 1, clients: [{ client_id: 'web', client_type: 'public', ...URIS }] });
    const fewer = { version: 1, clients: [{ client_id: 'web', web_origins: [], post_logout_redirect_uris: [] }] };
    expect((await send(realm, 'plan', fewer)).changes).toEqual([]);
    expect((await send(realm, 'apply', { ...fewer, prune: true })).changes).toMatchObject([
      { action: 'update', kind: 'client', name: 'web' },
    ]);
    const { clients } = await exported(realm);
    expect(clients).toMatchObject([{ ...URIS, web_origins: [], post_logout_redirect_uris: [] }]);
  });

  it('is the same realm in another place, as far as any route shows it, secrets aside', async () => {
    const [from, to] = [(await admin.createRealm()).name, (await admin.createRealm()).name];
    for (const realm of [from, to]) {
      for (const username of ['alice', 'bob']) await admin.done('POST', `/realms/${realm}/users`, { username });
    }
    await send(from, 'apply', EVERYTHING);
    // An account that was turned off still holds what it held.
    const off = { version: 1, clients: [{ client_id: 'retired', service_account_enabled: false }] };
    await send(from, 'apply', off);
    const written = await exported(from);
    expect(JSON.stringify(written)).not.toContain(from);
    expect((await send(from, 'plan', { ...written, prune: true })).changes).toEqual([]);

    await send(to, 'apply', written);
    expect(await exported(to)).toEqual(written);
    expect((await send(to, 'apply', { ...written, prune: true })).changes).toEqual([]);
    const picture = await realmPicture(admin, to);
    expect(picture).toEqual(await realmPicture(admin, from));
    expect(picture).toMatchObject({
      realm: EVERYTHING.realm,
      holders: expect.arrayContaining([
        expect.objectContaining({ username: 'service-account-retired', enabled: false }),
        expect.objectContaining({ username: 'service-account-worker', enabled: true }),
      ]),
    });
  });

  it('shows what became of system clients, and nothing of those that are as they came', async () => {
    const { name: realm } = await admin.createRealm();
    expect((await exported(realm)).clients).toEqual([]);
    const { data } = await admin.done<Page<{ id: string }>>('GET', `/realms/${realm}/clients?client_id=account`);
    await admin.done('PATCH', `/realms/${realm}/clients/${data[0]?.id}`, { owner: 'support', description: null });
    expect((await exported(realm)).clients).toEqual([{ client_id: 'account', owner: 'support', description: null }]);
  });
});
