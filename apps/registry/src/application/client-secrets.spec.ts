import { GuardAccount, type ClientSnapshot, type SnapshotOf } from '#contracts';
import { AppError } from '#errors';
import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { makeSecretText, secretAtRest } from '../domain/client-secret.js';
import type { Client } from '../domain/client.js';
import { ADMINISTRATOR as actor, NOW } from '../testing/builders.js';
import { InMemoryRegistry } from '../testing/in-memory-registry.js';
import { TestBench } from '../testing/test-bench.js';
import { ListClientSecrets } from './list-client-secrets.js';

const later = (milliseconds: number): Date => new Date(NOW.getTime() + milliseconds);
const HOUR = 3_600_000;

async function withClient(facts: Partial<Client> = {}) {
  const bench = new TestBench(new InMemoryRegistry());
  const realm = await bench.storeRealm();
  const client = await bench.storeClient(realm, facts);
  const registry = bench.adapters;
  const about = { actor, realmId: realm.id, clientId: client.id };
  return {
    bench,
    realm,
    client,
    registry,
    create: (name: string | null = null, expiresAt: Date | null = null) =>
      bench.createClientSecret.execute({ ...about, name, expiresAt: expiresAt?.toISOString() ?? null }, bench.context),
    remove: (secretId: string, force = false) =>
      bench.deleteClientSecret.execute({ ...about, secretId, force }, bench.context),
    list: () => new ListClientSecrets(registry.clients).execute(realm.id, client.id),
    stored: () => registry.state.clients.get(client.id),
    published: () => bench.writer.published.at(-1)?.value as SnapshotOf<typeof ClientSnapshot>,
  };
}

describe('CreateClientSecret', () => {
  it('adds one beside the others, shows it once, publishes it and records it without its text', async () => {
    const { create, list, client, published, registry, stored } = await withClient();
    const { secret, text } = await create('deploy', later(HOUR));
    expect(text).toMatch(/^chs_[0-9A-Za-z]{49}$/);
    expect(secret).toEqual({
      id: expect.any(String),
      name: 'deploy',
      hint: text?.slice(-4),
      createdAt: NOW.toISOString(),
      expiresAt: later(HOUR).toISOString(),
      lastUsedAt: null,
    });
    expect((await list()).map(({ id }) => id)).toEqual([client.secrets[0]?.id, secret.id]);
    expect(published().secrets.find(({ id }) => id === secret.id)).toEqual({
      id: secret.id,
      sha256: createHash('sha256')
        .update(text ?? '')
        .digest('base64url'),
      expiresAt: later(HOUR).toISOString(),
    });
    expect(registry.state.events.map(({ type, details }) => [type, details])).toEqual([
      [
        'client.secret_created',
        {
          secret: { id: secret.id, name: 'deploy', expires_at: later(HOUR).toISOString(), last_used_at: null },
          removed_secret_ids: [],
        },
      ],
    ]);
    expect(JSON.stringify([registry.state.events, await list()])).not.toContain(text);
    expect(stored()?.version).toBe(1);
  });

  it.each([
    ['blank', '  ', null, '/name'],
    ['too long', 'n'.repeat(256), null, '/name'],
    ['over already', null, NOW, '/expires_at'],
  ])('refuses a name or an expiry that is %s', async (_what, name, expiresAt, pointer) => {
    const { create, registry } = await withClient();
    await expect(create(name, expiresAt)).rejects.toMatchObject({ code: 'validation_failed', fields: [{ pointer }] });
    expect(registry.state.events).toEqual([]);
  });

  it.each(['public', 'system'] as const)('gives a %s client none', async (clientType) => {
    const { create } = await withClient({ clientType, publicClient: clientType === 'public', secrets: [] });
    await expect(create()).rejects.toMatchObject({ code: 'conflict' });
  });

  it('gives none to who would gain permissions by it, nor while nobody can say', async () => {
    const { create, bench, registry } = await withClient({ serviceAccountUserId: uuidv7() });
    bench.messages.on(GuardAccount, () => {
      throw new AppError('forbidden', { reason: 'exceeds_actor' });
    });
    await expect(create()).rejects.toMatchObject({ code: 'forbidden', reason: 'exceeds_actor' });
    bench.messages.on(GuardAccount, () => {
      throw new AppError('unavailable');
    });
    await expect(create()).rejects.toMatchObject({ code: 'unavailable' });
    expect(registry.state.events).toEqual([]);
    bench.messages.on(GuardAccount, () => ({}));
    await create();
  });

  it('stops at the limit of live ones, and clears away those that have expired', async () => {
    const { create, registry, client } = await withClient();
    for (let count = 1; count < 50; count += 1) await create(null, later(HOUR));
    await expect(create()).rejects.toMatchObject({ code: 'conflict', reason: 'too_many_secrets' });
    const { bench } = await withClient();
    expect(bench.clock.now()).toEqual(NOW);
    const expired = await withClient({
      secrets: [
        { ...secretAtRest(makeSecretText(), { id: uuidv7(), createdAt: NOW }), expiresAt: later(-1) },
        secretAtRest(makeSecretText(), { id: client.id, createdAt: NOW }),
      ],
    });
    const { secret } = await expired.create();
    expect(expired.stored()?.secrets.map(({ id }) => id)).toEqual([client.id, secret.id]);
    expect(expired.registry.state.events[0]?.details['removed_secret_ids']).toEqual([expired.client.secrets[0]?.id]);
    expect(registry.state.events).toHaveLength(49);
  });

  it('changes the ETag only when the client has a secret now and had none', async () => {
    const { create, stored } = await withClient({ secrets: [] });
    await create();
    expect(stored()?.version).toBe(2);
    await create();
    expect(stored()?.version).toBe(2);
  });
});

describe('DeleteClientSecret', () => {
  it('deletes, publishes and records', async () => {
    const { create, remove, client, published, registry, stored } = await withClient();
    const { secret } = await create('second');
    await remove(client.secrets[0]?.id ?? '');
    expect(published().secrets.map(({ id }) => id)).toEqual([secret.id]);
    expect(registry.state.events.at(-1)).toMatchObject({
      type: 'client.secret_deleted',
      details: { secret: { id: client.secrets[0]?.id, name: null }, forced: false },
    });
    expect(stored()?.version).toBe(1);
    await remove(secret.id);
    expect(stored()).toMatchObject({ version: 2, secrets: [] });
    await expect(remove(secret.id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it.each([
    // The minute is kept, not the second: 12:00:59 counts as 12:00.
    ['now', 0, 'refused'],
    ['an hour ago, within the minute', -HOUR - 59_999, 'refused'],
    ['an hour and a minute ago', -HOUR - 60_000, 'deleted'],
  ])('of one used %s without force: %3$s', async (_when, ago, outcome) => {
    const { remove, client, realm, registry, stored } = await withClient();
    const id = client.secrets[0]?.id ?? '';
    await registry.secretUses.touch([{ realmId: realm.id, secretId: id, usedAt: later(ago) }]);
    if (outcome === 'refused') {
      await expect(remove(id)).rejects.toMatchObject({ code: 'conflict', reason: 'secret_in_use' });
      expect(stored()?.secrets).toHaveLength(1);
      await remove(id, true);
    } else await remove(id);
    expect(stored()?.secrets).toEqual([]);
  });

  it('knows no secret of another client', async () => {
    const { bench, realm, remove } = await withClient();
    const other = await bench.storeClient(realm, { clientId: 'other' });
    await expect(remove(other.secrets[0]?.id ?? '', true)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('RotateClientSecret', () => {
  it('changes the ETag when the client had no secret before', async () => {
    const { bench, realm, client, stored } = await withClient({ secrets: [] });
    const rotation = { actor, realmId: realm.id, id: client.id, graceSeconds: 0 };
    await bench.rotateClientSecret.execute(rotation, bench.context);
    await bench.rotateClientSecret.execute(rotation, bench.context);
    expect(stored()?.version).toBe(2);
  });
});
