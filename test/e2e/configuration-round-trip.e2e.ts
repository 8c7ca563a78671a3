import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator } from './support/administrator.js';

interface Result {
  readonly changes: readonly { readonly action: string; readonly kind: string; readonly name: string }[];
}

const URIS = {
  redirect_uris: ['https://app.example/cb', { value: 'https://app.example/old', enabled: false }],
  post_logout_redirect_uris: ['https://app.example/bye', { value: 'https://app.example/gone', enabled: false }],
  web_origins: ['https://app.example', { value: 'https://old.example', enabled: false }],
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
});
