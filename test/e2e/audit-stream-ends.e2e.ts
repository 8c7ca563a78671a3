import { beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Administrator } from './support/administrator.js';
import { clientCredentials, tokenOf } from './support/protocol.js';
import { Tail } from './support/tail.js';

/** Longer than it takes a stream to notice, far shorter than anything here lives otherwise. */
const PATIENCE_MS = 30_000;

async function ended(name: string, tail: Tail): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !tail.ended; await sleep(50)) {
    if (Date.now() > deadline) throw new Error(`it goes on although ${name}`);
  }
}

describe('a tail of the audit log ends', () => {
  let admin: Administrator;

  beforeAll(async () => {
    admin = await Administrator.signIn();
  });

  const prepare = async () => {
    const { name: realm } = await admin.createRealm();
    const reader = await admin.createServiceClient(realm);
    const unassign = await admin.assignRole(reader, 'viewer');
    const { token } = tokenOf(await clientCredentials(reader));
    return { realm, reader, unassign, token, tail: await Tail.open(realm, token) };
  };
  type Prepared = Awaited<ReturnType<typeof prepare>>;

  // They look every few seconds: side by side they take as long as one.
  const ends: readonly (readonly [string, (to: Prepared) => Promise<unknown>])[] = [
    [
      'its client is disabled',
      ({ realm, reader }) => admin.done('PATCH', `/realms/${realm}/clients/${reader.id}`, { enabled: false }),
    ],
    ['its client is deleted', ({ realm, reader }) => admin.done('DELETE', `/realms/${realm}/clients/${reader.id}`)],
    ['its role is taken away', ({ unassign }) => unassign()],
    ['its realm is disabled', ({ realm }) => admin.done('PUT', `/realms/${realm}`, { enabled: false })],
    ['its realm is deleted', ({ realm }) => admin.done('DELETE', `/realms/${realm}`)],
  ];

  it('when its client, its right or its realm is gone, with a last word, and cannot be opened again', async () => {
    const outcomes = await Promise.all(
      ends.map(async ([name, change]) => {
        const prepared = await prepare();
        const { realm, token, tail } = prepared;
        expect({ name, status: tail.status }).toEqual({ name, status: 200 });
        await change(prepared);
        await ended(name, tail);
        const again = await Tail.open(realm, token);
        again.close();
        return { name, event: tail.messages.at(-1)?.event, refused: [401, 403, 404].includes(again.status) };
      }),
    );
    expect(outcomes).toEqual(ends.map(([name]) => ({ name, event: 'end', refused: true })));
  }, 90_000);

  it('only then: another change of the realm leaves it open', async () => {
    const { realm, tail } = await prepare();
    await admin.done('PUT', `/realms/${realm}/settings`, { access_token_lifetime: 600 });
    await sleep(7_000);
    expect(tail.ended).toBe(false);
    expect(tail.messages.map(({ data }) => (JSON.parse(data) as { type: string }).type)).toContain('realm.updated');
    tail.close();
  }, 90_000);
});
