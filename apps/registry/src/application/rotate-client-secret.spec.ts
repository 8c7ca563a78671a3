import { type ClientSnapshot, GuardAccount, type SnapshotOf } from '#contracts';
import { AppError } from '#errors';
import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { ADMINISTRATOR, NOW } from '../testing/builders.js';
import { withClient } from '../testing/with-client.js';

const USER = '01890000-0000-7000-8000-0000000000aa';

describe('RotateClientSecret', () => {
  it('gives a secret only to whom the role service lets into the account', async () => {
    const { bench, rotate, registry, client } = await withClient({ serviceAccountUserId: USER });
    const asked: object[] = [];
    bench.messages.on(GuardAccount, (request) => {
      asked.push(request);
      throw new AppError('forbidden', { reason: 'exceeds_actor' });
    });
    await expect(rotate(0)).rejects.toMatchObject({ code: 'forbidden', reason: 'exceeds_actor' });
    expect(asked).toMatchObject([{ actor: ADMINISTRATOR, realmId: client.realmId, subjectId: USER }]);
    expect(registry.state.events).toEqual([]);
    bench.messages.on(GuardAccount, () => ({}));
    await expect(rotate(0)).resolves.toBeDefined();
  });

  it('gives no secret while nobody can say what the client holds', async () => {
    const { bench, rotate } = await withClient({ serviceAccountUserId: USER });
    bench.messages.on(GuardAccount, () => {
      throw new AppError('unavailable');
    });
    await expect(rotate(0)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('adds a secret and dates the others; the ETag stays', async () => {
    const { bench, rotate, client, registry } = await withClient();
    const reply = await rotate(600);
    expect(reply.othersExpireAt).toBe(new Date(NOW.getTime() + 600_000).toISOString());
    const published = bench.writer.published[0]?.value as SnapshotOf<typeof ClientSnapshot>;
    expect(published.secrets).toEqual([
      { id: client.secrets[0]?.id, sha256: expect.any(String), expiresAt: reply.othersExpireAt },
      {
        id: reply.id,
        sha256: createHash('sha256').update(reply.clientSecret).digest('base64url'),
        expiresAt: null,
      },
    ]);
    expect(registry.state.clients.get(client.id)?.version).toBe(1);
    expect(registry.state.events.map(({ type }) => type)).toEqual(['client.secret_rotated']);
    expect(JSON.stringify(registry.state.events)).not.toContain(reply.clientSecret);
  });

  it('removes the others at once without grace', async () => {
    const { bench, rotate } = await withClient();
    const reply = await rotate(0);
    const published = bench.writer.published[0]?.value as SnapshotOf<typeof ClientSnapshot>;
    expect(published.secrets.map(({ id }) => id)).toEqual([reply.id]);
  });

  it('refuses public clients, and more live secrets than a snapshot should carry', async () => {
    const open = await withClient({ clientType: 'public', publicClient: true, secrets: [] });
    await expect(open.rotate(0)).rejects.toMatchObject({ code: 'conflict' });
    const { rotate } = await withClient();
    for (let count = 1; count <= 49; count += 1) await rotate(3_600);
    await rotate(3_600).catch(() => {});
    await expect(rotate(3_600)).rejects.toMatchObject({ code: 'conflict' });
    await rotate(0);
    await rotate(3_600);
  });
});
