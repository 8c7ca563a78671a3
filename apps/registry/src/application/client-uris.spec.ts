import { CLIENT_URI_KINDS, type ClientUriKind } from '#contracts';
import { describe, expect, it } from '@jest/globals';
import type { Client } from '../domain/client.js';
import { ADMINISTRATOR as actor, NOW } from '../testing/builders.js';
import { InMemoryRegistry } from '../testing/in-memory-registry.js';
import { TestBench } from '../testing/test-bench.js';
import { ListClientUris } from './list-client-uris.js';

const MEMBER = {
  redirect: 'redirect_uri',
  post_logout_redirect: 'post_logout_redirect_uri',
  web_origin: 'web_origin',
} as const;

async function withClient(kind: ClientUriKind, facts: Partial<Client> = {}) {
  const bench = new TestBench(new InMemoryRegistry());
  const realm = await bench.storeRealm();
  const client = await bench.storeClient(realm, facts);
  const about = { actor, realmId: realm.id, clientId: client.id, kind };
  const { context, adapters: registry } = bench;
  return {
    bench,
    registry,
    client,
    realm,
    add: (value: string, enabled = true) => bench.addClientUri.execute({ ...about, value, enabled }, context),
    update: (uriId: string, enabled: boolean) => bench.updateClientUri.execute({ ...about, uriId, enabled }, context),
    remove: (uriId: string) => bench.removeClientUri.execute({ ...about, uriId }, context),
    list: () => new ListClientUris(registry.clients, registry.uris).execute(about),
    stored: () => registry.state.clients.get(client.id),
  };
}

describe.each(CLIENT_URI_KINDS)('URIs of the kind %s', (kind) => {
  const value = 'https://app.example';

  it('are added, disabled and removed, each with its event and a new snapshot', async () => {
    const { add, update, remove, list, registry, bench, client } = await withClient(kind);
    const added = await add(value);
    const uri = {
      id: expect.any(String),
      clientId: client.id,
      value,
      enabled: true,
      createdAt: NOW.toISOString(),
      updatedAt: NOW.toISOString(),
    };
    expect(added).toEqual(uri);
    expect(await list()).toEqual([added]);
    bench.clock.advance(1_000);
    const updated = await update(added.id, false);
    expect(updated).toEqual({ ...added, enabled: false, updatedAt: '2026-03-01T12:00:01.000Z' });
    expect(await list()).toEqual([updated]);
    await remove(added.id);
    expect(await list()).toEqual([]);
    const member = MEMBER[kind];
    expect(registry.state.events.map(({ type, client_id, details }) => [type, client_id, details])).toEqual([
      [`client.${member}_added`, 'billing', { [member]: { id: added.id, value, enabled: true } }],
      [
        `client.${member}_updated`,
        'billing',
        {
          [member]: { id: added.id, value, enabled: false },
          changes: { enabled: { before: true, after: false } },
        },
      ],
      [`client.${member}_removed`, 'billing', { [member]: { id: added.id, value, enabled: false } }],
    ]);
    const versions = bench.writer.published.map(({ version }) => version);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect(new Set(versions).size).toBe(3);
  });

  it('change nothing when nothing differs', async () => {
    const { add, update, registry, stored } = await withClient(kind);
    const { id } = await add(value);
    const version = stored()?.version;
    await update(id, true);
    expect(registry.state.events).toHaveLength(1);
    expect(stored()?.version).toBe(version);
  });

  it('are refused twice, unknown, of another client, and beyond the limit', async () => {
    const { add, update, remove, bench, realm } = await withClient(kind);
    const { id } = await add(value);
    await expect(add(value)).rejects.toMatchObject({ code: 'conflict', reason: 'uri_taken' });
    const other = await bench.storeClient(realm, { clientId: 'other' });
    const strange = { actor, realmId: realm.id, clientId: other.id, kind, uriId: id };
    await expect(bench.removeClientUri.execute(strange, bench.context)).rejects.toMatchObject({ code: 'not_found' });
    for (let count = 1; count < 100; count += 1) await add(`${value}:${1_000 + count}`);
    await expect(add(`${value}:8443`)).rejects.toMatchObject({ code: 'conflict', reason: 'too_many_uris' });
    await remove(id);
    await expect(update(id, false)).rejects.toMatchObject({ code: 'not_found' });
    await expect(remove(id)).rejects.toMatchObject({ code: 'not_found' });
    await add(value);
  });

  it('say why they are refused', async () => {
    const { add, registry } = await withClient(kind);
    await expect(add('https://user@app.example')).rejects.toMatchObject({
      code: 'validation_failed',
      fields: [{ pointer: '/value', field: 'value', message: 'must not contain user information' }],
    });
    expect(registry.state.events).toEqual([]);
  });
});

it('the ETag of a client changes with its redirect URIs, which it shows, and with no others', async () => {
  const versions = await Promise.all(
    CLIENT_URI_KINDS.map(async (kind) => {
      const { add, stored } = await withClient(kind);
      await add('https://app.example');
      return [stored()?.version, stored()?.redirectUris.length];
    }),
  );
  expect(versions).toEqual([
    [2, 1],
    [1, 0],
    [1, 0],
  ]);
});

it('private-use schemes are for the redirects of public clients', async () => {
  const facts = { clientType: 'public', publicClient: true, secrets: [] } as const;
  for (const kind of ['redirect', 'post_logout_redirect'] as const) {
    await (await withClient(kind, facts)).add('com.example.app:/back');
    await expect((await withClient(kind)).add('com.example.app:/back')).rejects.toThrow();
  }
  await expect((await withClient('web_origin', facts)).add('com.example.app://x')).rejects.toThrow();
});
