import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ConfiguredClient, RealmConfiguration } from '#contracts';
import type { Realm } from '../domain/realm.js';
import { ADMINISTRATOR } from '../testing/builders.js';
import { InMemoryRegistry } from '../testing/in-memory-registry.js';
import { TestBench } from '../testing/test-bench.js';

const WEB: ConfiguredClient = {
  client_id: 'web',
  client_type: 'public',
  redirect_uris: ['https://app.example/cb'],
  post_logout_redirect_uris: ['https://app.example/bye', { value: 'https://app.example/old', enabled: false }],
  web_origins: ['https://app.example', { value: 'https://old.example', enabled: false }],
};

describe('a configuration with URIs of every kind', () => {
  let bench: TestBench<InMemoryRegistry>;
  let realm: Realm;

  beforeEach(async () => {
    bench = new TestBench(new InMemoryRegistry());
    realm = await bench.storeRealm();
  });

  const send = (clients: readonly ConfiguredClient[], more: Partial<RealmConfiguration> = {}, dryRun = false) => {
    const configuration: RealmConfiguration = { version: 1, clients: [...clients], ...more };
    const request = { actor: ADMINISTRATOR, realmId: realm.id, configuration, secrets: {}, dryRun, planDigest: null };
    return bench.applyConfiguration.execute(request, bench.context);
  };
  const exported = async () =>
    (await bench.exportConfiguration.execute({ actor: ADMINISTRATOR, realmId: realm.id }, bench.context)).clients ?? [];
  const client = async () => {
    const found = await bench.adapters.clients.findByClientId(realm.id, 'web');
    if (found === null) throw new Error('no client');
    return found;
  };
  const events = () => bench.adapters.state.events.map(({ type }) => type);

  it('stores all of them with a new client, tells each in the log, and is what the export writes', async () => {
    const { changes } = await send([WEB]);
    expect(changes[0]?.members).toEqual(
      expect.arrayContaining([
        {
          name: 'post_logout_redirect_uris',
          before: null,
          after: ['https://app.example/bye', 'https://app.example/old'],
        },
        { name: 'disabled_post_logout_redirect_uris', before: null, after: ['https://app.example/old'] },
        { name: 'web_origins', before: null, after: ['https://app.example', 'https://old.example'] },
        { name: 'disabled_web_origins', before: null, after: ['https://old.example'] },
      ]),
    );
    expect(events()).toEqual([
      'client.created',
      'client.post_logout_redirect_uri_added',
      'client.post_logout_redirect_uri_added',
      'client.web_origin_added',
      'client.web_origin_added',
    ]);
    expect(await exported()).toEqual([expect.objectContaining(WEB)]);
    expect((await send(await exported(), { prune: true })).changes).toEqual([]);
    expect((await send([WEB])).changes).toEqual([]);
  });

  it('changes nothing of the client when only what is beside it differs, except that a plan of before is refused', async () => {
    await send([WEB]);
    const before = await client();
    const uris = await bench.adapters.uris.list('web_origin', before);
    const { changes } = await send([
      { client_id: 'web', web_origins: [{ value: 'https://app.example', enabled: false }, 'https://new.example'] },
    ]);
    expect(changes).toMatchObject([{ action: 'update', kind: 'client', name: 'web' }]);
    expect(changes[0]?.members.map(({ name }) => name).sort()).toEqual(['disabled_web_origins', 'web_origins']);
    const after = await client();
    expect(after).toEqual({ ...before, snapshotVersion: expect.any(Number) });
    expect(after.snapshotVersion).toBeGreaterThan(before.snapshotVersion);
    const disabled = (await bench.adapters.uris.list('web_origin', after)).find(
      ({ value }) => value === 'https://app.example',
    );
    const former = uris.find(({ value }) => value === 'https://app.example');
    expect(disabled).toMatchObject({ id: former?.id, enabled: false });
    // Its ETag is made of when it changed last.
    expect(disabled?.updatedAt.getTime()).toBeGreaterThan(former?.updatedAt.getTime() ?? Infinity);
    expect(events().slice(5)).toEqual(['client.web_origin_updated', 'client.web_origin_added']);
  });

  it('removes what it does not mention only when it says prune, and leaves absent lists alone', async () => {
    await send([WEB]);
    const wanted = { client_id: 'web', web_origins: ['https://new.example'] };
    await send([wanted]);
    expect(await bench.adapters.uris.list('web_origin', await client())).toHaveLength(3);
    await send([wanted], { prune: true });
    expect(await bench.adapters.uris.list('web_origin', await client())).toMatchObject([
      { value: 'https://new.example' },
    ]);
    expect(await bench.adapters.uris.list('post_logout_redirect', await client())).toHaveLength(2);
    expect(events().filter((type) => type === 'client.web_origin_removed')).toHaveLength(2);
  });

  it('plans anew when one of them changed since it was read, so that neither change is lost', async () => {
    await send([WEB]);
    const { id: clientId } = await client();
    const uris = bench.adapters.uris;
    const listMany = uris.listMany.bind(uris);
    let disturbed = false;
    uris.listMany = async (...args) => {
      const found = await listMany(...args);
      if (!disturbed) {
        disturbed = true;
        const uri = { kind: 'web_origin', value: 'https://meanwhile.example', enabled: true } as const;
        await bench.addClientUri.execute({ actor: ADMINISTRATOR, realmId: realm.id, clientId, ...uri }, bench.context);
      }
      return found;
    };
    await send([{ client_id: 'web', web_origins: ['https://new.example'] }], { prune: true });
    expect(await bench.adapters.uris.list('web_origin', await client())).toMatchObject([
      { value: 'https://new.example' },
    ]);
  });

  it.each<[ConfiguredClient, string]>([
    [{ client_id: 'web', redirect_uris: ['https://a.example/cb', 'http://evil.example/'] }, 'redirect_uris/1'],
    [{ client_id: 'web', post_logout_redirect_uris: ['https://a.example/*'] }, 'post_logout_redirect_uris/0'],
    [{ client_id: 'web', web_origins: ['https://a.example', '+'] }, 'web_origins/1'],
    [{ client_id: 'web', web_origins: ['https://a.example/'] }, 'web_origins/0'],
    [{ client_id: 'web', web_origins: ['https://a.example', 'https://a.example'] }, 'web_origins/1'],
    [
      { client_id: 'web', web_origins: Array.from({ length: 99 }, (_, index) => `https://a${index}.example`) },
      'web_origins',
    ],
  ])('%j is refused with a pointer, whether the client is there or not', async (wanted, pointer) => {
    const refused = {
      code: 'validation_failed',
      fields: [expect.objectContaining({ pointer: `/clients/0/${pointer}` })],
    };
    const tooMany = pointer === 'web_origins';
    if (!tooMany) await expect(send([wanted], {}, true)).rejects.toMatchObject(refused);
    await send([WEB]);
    await expect(send([wanted], {}, true)).rejects.toMatchObject(refused);
  });
});
