import { ActiveKeySnapshot, activeKeySnapshotKey } from '#contracts';
import { AppError } from '#errors';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ID, World } from '../testing/world.js';
import { DropExpiredKeys } from './drop-expired-keys.js';
import { ListSigningKeys } from './list-signing-keys.js';
import { ProvisionRealmKeys } from './provision-realm-keys.js';
import { ReadKeySet } from './read-key-set.js';
import { ReadMetadata } from './read-metadata.js';
import { RemoveRealmKeys } from './remove-realm-keys.js';
import { SnapshotView } from './snapshot-view.js';

const REALM = { id: ID.realm, name: 'acme' };
let world: World;
let keySet: ReadKeySet;
beforeEach(() => {
  world = new World();
  const { snapshots, repository, ensureActiveKey, clock, logger } = world;
  keySet = new ReadKeySet(snapshots, repository, ensureActiveKey, clock, logger);
});

const view = () => new SnapshotView(world.snapshots, world.context());
const sign = (keys = world.signingKeys, lifetimeSeconds = 300, seen = view()) =>
  keys.forSigning(REALM, 'ES256', lifetimeSeconds, seen, world.context());
const rotate = () => world.rotate();
const readKeySet = () => keySet.execute({ realm: 'acme' }, world.context());
const kids = async (): Promise<string[]> =>
  (JSON.parse((await readKeySet()).body) as { keys: { kid: string }[] }).keys.map((key) => key.kid);

describe('SigningKeys', () => {
  it('makes a key when it is first needed; of many at once one wins, and its making is on record', async () => {
    const instances = Array.from({ length: 8 }, () => world.newSigningKeys());
    const keys = await Promise.all(instances.map((instance) => sign(instance)));
    expect(new Set(keys.map((key) => key.kid)).size).toBe(1);
    expect(world.repository.events).toEqual([
      expect.objectContaining({
        type: 'signing_key.created',
        realm: 'acme',
        actor: { kind: 'system', id: null, client_id: null },
        target: { kind: 'signing_key', id: keys[0]?.kid },
      }),
    ]);
  });

  it('hands out keys that cannot be exported', async () => {
    const { handle } = await sign();
    expect(handle).toMatchObject({ type: 'private', extractable: false });
  });

  it('asks the key store only for a key that it has not opened', async () => {
    await sign();
    const { queries } = world.repository;
    world.clock.advance(86_400_000);
    await sign();
    expect(world.repository.queries).toBe(queries);
    const rotated = await rotate();
    expect((await sign()).kid).toBe(rotated.kid);
    await sign();
    // The rotation, looking the new key up, and putting the lifetime on record.
    expect(world.repository.queries).toBe(queries + 3);
  });

  it('signs on with an opened key while the key store is away; another is unavailable', async () => {
    const { kid } = await sign();
    world.repository.failure = new Error('database away');
    expect((await sign()).kid).toBe(kid);
    await expect(sign(world.newSigningKeys())).rejects.toMatchObject({ code: 'unavailable' });
    await expect(sign(world.signingKeys, 301)).rejects.toMatchObject({ code: 'unavailable' });
    world.repository.failure = null;
    await expect(sign(world.newSigningKeys())).resolves.toMatchObject({ kid });
  });

  it('signs nothing when it is not known which key is active', async () => {
    await sign();
    world.snapshots.failure = new AppError('unavailable');
    await expect(sign()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('makes no key that cannot be made known', async () => {
    world.writer.failure = new AppError('unavailable');
    await expect(sign()).rejects.toMatchObject({ code: 'unavailable' });
    expect(await world.repository.list(ID.realm)).toEqual([]);
  });

  it('does not sign with a key of another realm or algorithm, whatever the snapshot names', async () => {
    const { kid } = await sign();
    const other = { id: ID.otherRealm, name: 'other' };
    for (const [realm, algorithm] of [[other, 'ES256'] as const, [REALM, 'EdDSA'] as const]) {
      const value = { realmId: realm.id, algorithm, kid };
      world.snapshots.set(ActiveKeySnapshot, activeKeySnapshotKey(realm.id, algorithm), value);
      const key = await world.signingKeys.forSigning(realm, algorithm, 300, view(), world.context());
      expect(key).toMatchObject({ realmId: realm.id, algorithm });
      expect(key.kid).not.toBe(kid);
    }
  });

  it('has the longest lifetime on record before it signs one, also when the key was retired meanwhile', async () => {
    const { kid } = await sign();
    expect((await world.repository.findActive(ID.realm, 'ES256'))?.longestLifetimeSeconds).toBe(300);
    // A request that read which key is active before the rotation, and signs after it.
    const before = view();
    await before.read(ActiveKeySnapshot, activeKeySnapshotKey(ID.realm, 'ES256'));
    const rotated = await rotate();
    expect((await sign(world.signingKeys, 300, before)).kid).toBe(kid);
    expect((await sign(world.signingKeys, 86_400, before)).kid).toBe(rotated.kid);
    const retired = (await world.repository.list(ID.realm)).find((key) => key.kid === kid);
    expect(retired).toMatchObject({ state: 'retired', longestLifetimeSeconds: 300 });
  });
});

describe('rotation', () => {
  it('signs with the new key at once and publishes the old one until its last token has expired', async () => {
    await sign(world.signingKeys, 300);
    const before = await kids();
    const rotated = await rotate();
    expect((await sign()).kid).toBe(rotated.kid);
    expect(await kids()).toEqual(expect.arrayContaining([rotated.kid, ...before]));

    // The last token lives 300 s; a minute more is for clocks and for requests that were under way.
    world.clock.advance(359_999);
    expect(await kids()).toHaveLength(2);
    world.clock.advance(1);
    expect(await kids()).toEqual([rotated.kid]);
  });

  it('records who asked', async () => {
    const { kid } = await rotate();
    expect(world.repository.events.at(-1)).toMatchObject({
      type: 'signing_key.rotated',
      actor: { kind: 'user', id: ID.alice, client_id: 'console' },
      ip: '192.0.2.9',
      target: { kind: 'signing_key', id: kid },
    });
    expect(world.outbox.flushes).toBeGreaterThan(0);
  });

  it('not_found for another id than that of the realm', async () => {
    world.realm({ id: ID.otherRealm });
    await expect(rotate()).rejects.toMatchObject({ code: 'not_found' });
  });

  it('lists keys without their private half, and drops them when their time is over', async () => {
    await sign();
    const rotated = await rotate();
    const list = new ListSigningKeys(world.repository);
    const { items } = await list.execute({ realmId: ID.realm });
    expect(items.map((key) => key.state).toSorted()).toEqual(['active', 'retired']);
    expect(JSON.stringify(items)).not.toMatch(/ciphertext|"d"|sealed/);
    const drop = new DropExpiredKeys(world.repository, world.clock);
    expect(await drop.execute()).toBe(0);
    world.clock.advance(400_000);
    expect(await drop.execute()).toBe(1);
    expect((await list.execute({ realmId: ID.realm })).items).toEqual([expect.objectContaining({ kid: rotated.kid })]);
  });
});

describe('the key set', () => {
  it.each(['ES256', 'RS256', 'EdDSA'] as const)('RFC 7517 §5: only public members of %s', async (algorithm) => {
    world.realm({}, { defaultSigningAlgorithm: algorithm });
    const { body, etag } = await readKeySet();
    const { keys } = JSON.parse(body) as { keys: Record<string, string>[] };
    const members = { ES256: ['crv', 'x', 'y'], RS256: ['e', 'n'], EdDSA: ['crv', 'x'] }[algorithm];
    expect(Object.keys(keys[0] ?? {}).toSorted()).toEqual([...members, 'alg', 'kid', 'kty', 'use'].toSorted());
    expect(keys[0]).toMatchObject({ use: 'sig', alg: algorithm });
    expect(etag).toMatch(/^"[\w-]{43}"$/);
  });

  it('keeps its entity tag while it is the same', async () => {
    const before = await readKeySet();
    expect(await readKeySet()).toEqual(before);
    await rotate();
    expect((await readKeySet()).etag).not.toBe(before.etag);
  });

  it('answers from memory for a while when the store is away', async () => {
    const before = await readKeySet();
    world.repository.failure = new Error('database away');
    expect(await readKeySet()).toEqual(before);
    world.clock.advance(300_000);
    await expect(readKeySet()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('is published for a disabled realm, which gets no new key; not_found for none', async () => {
    world.realm({ enabled: false });
    expect(await kids()).toEqual([]);
    await expect(keySet.execute({ realm: 'nowhere' }, world.context())).rejects.toMatchObject({ code: 'not_found' });
    await expect(keySet.execute({ realm: 'a/b' }, world.context())).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('the life of a realm', () => {
  it('provisioning twice makes one key; removal leaves none', async () => {
    const provision = new ProvisionRealmKeys(world.ensureActiveKey);
    const request = { realmId: ID.realm, realmName: 'acme', algorithm: 'EdDSA' } as const;
    await provision.execute(request, world.context());
    await provision.execute(request, world.context());
    expect(await world.repository.list(ID.realm)).toHaveLength(1);
    const remove = new RemoveRealmKeys(world.repository, world.writer, world.verificationKeys);
    const key = activeKeySnapshotKey(ID.realm, 'EdDSA');
    expect(await view().read(ActiveKeySnapshot, key)).toMatchObject({ realmId: ID.realm, algorithm: 'EdDSA' });
    await remove.execute({ realmId: ID.realm });
    expect(await view().read(ActiveKeySnapshot, key)).toBeNull();
    await remove.execute({ realmId: ID.realm });
    expect(await world.repository.list(ID.realm)).toEqual([]);
  });
});

describe('metadata', () => {
  it('RFC 8414 §2, OIDC Discovery §3: tells what works', async () => {
    const metadata = new ReadMetadata(world.snapshots, world.issuers);
    const { body } = await metadata.execute({ realm: 'acme' }, world.context());
    expect(JSON.parse(body)).toEqual({
      issuer: 'https://id.example/realms/acme',
      token_endpoint: 'https://id.example/realms/acme/protocol/openid-connect/token',
      jwks_uri: 'https://id.example/realms/acme/protocol/openid-connect/certs',
      grant_types_supported: ['client_credentials', 'password'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      response_types_supported: [],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    });
    await expect(metadata.execute({ realm: 'nowhere' }, world.context())).rejects.toMatchObject({ code: 'not_found' });
  });
});
