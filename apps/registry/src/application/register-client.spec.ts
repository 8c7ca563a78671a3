import { describe, expect, it } from '@jest/globals';
import { EnsureServiceAccount, RemoveServiceAccount } from '#contracts';
import { AppError } from '#errors';
import { createHash } from 'node:crypto';
import { aRegistration } from '../testing/builders.js';
import { InMemoryRegistry } from '../testing/in-memory-registry.js';
import { TestBench } from '../testing/test-bench.js';

async function withRealm() {
  const bench = new TestBench(new InMemoryRegistry());
  return { bench, realm: await bench.storeRealm(), registry: bench.adapters };
}

describe('RegisterClient', () => {
  it('shows the secret of a confidential client once and keeps only its hash', async () => {
    const { bench, realm, registry } = await withRealm();
    const { client, clientSecret } = await bench.registerClient.execute(aRegistration(realm.id), bench.context);
    expect(clientSecret).toMatch(/^chs_/);
    expect(client).toMatchObject({ clientId: 'billing', hasSecret: true, serviceAccountUserId: null, version: 1 });
    const sha256 = createHash('sha256')
      .update(clientSecret ?? '')
      .digest('base64url');
    expect(bench.writer.published[0]).toMatchObject({ key: `${realm.id}/billing`, value: { secrets: [{ sha256 }] } });
    expect(bench.writer.log[0]).toBe(`fence registry.client:${realm.id}/billing`);
    const everything = JSON.stringify([...registry.state.clients.values(), ...registry.state.events]);
    expect(everything).not.toContain(clientSecret);
    expect(registry.state.events[0]).toMatchObject({
      type: 'client.created',
      client_id: 'billing',
      details: { client: { secret: '***' } },
    });
  });

  it('gives a public client no secret', async () => {
    const { bench, realm } = await withRealm();
    const request = aRegistration(realm.id, { clientType: 'public', redirectUris: ['com.example.app:/cb'] });
    const { client, clientSecret } = await bench.registerClient.execute(request, bench.context);
    expect(clientSecret).toBeNull();
    expect(client).toMatchObject({
      hasSecret: false,
      publicClient: true,
      redirectUris: [{ value: 'com.example.app:/cb' }],
    });
  });

  it.each([null, '', '  '])('makes a client_id for %j', async (clientId) => {
    const { bench, realm } = await withRealm();
    const { client } = await bench.registerClient.execute(aRegistration(realm.id, { clientId }), bench.context);
    expect(client.clientId).toMatch(/^\w{4}-\w{4}-\w{4}-\w{4}$/);
  });

  it('makes the service account before the client and links it', async () => {
    const { bench, realm, registry } = await withRealm();
    const request = aRegistration(realm.id, { serviceAccountEnabled: true });
    const { client } = await bench.registerClient.execute(request, bench.context);
    const [asked] = bench.messages.sentTo(EnsureServiceAccount);
    expect(asked).toMatchObject({ clientId: client.id, clientIdentifier: 'billing', enabled: true });
    expect(client.serviceAccountUserId).toBe(asked?.userId);
    expect(registry.state.events.map(({ type }) => type)).toEqual(['client.created']);
    expect(registry.state.provisions.size).toBe(0);
  });

  it('refuses a client_id that is taken before it makes a service account; letter case counts', async () => {
    const { bench, realm } = await withRealm();
    await bench.storeClient(realm);
    const request = aRegistration(realm.id, { serviceAccountEnabled: true });
    await expect(bench.registerClient.execute(request, bench.context)).rejects.toMatchObject({ code: 'conflict' });
    expect(bench.messages.calls).toEqual([]);
    await bench.registerClient.execute({ ...request, clientId: 'Billing' }, bench.context);
  });

  it('takes the service account away again when the client cannot be stored', async () => {
    const { bench, realm, registry } = await withRealm();
    bench.writer.available = false;
    const request = aRegistration(realm.id, { serviceAccountEnabled: true });
    await expect(bench.registerClient.execute(request, bench.context)).rejects.toMatchObject({ code: 'unavailable' });
    const clientId = bench.messages.sentTo(EnsureServiceAccount)[0]?.clientId;
    expect(bench.messages.sentTo(RemoveServiceAccount)).toEqual([{ realmId: realm.id, clientId }]);
    expect(registry.state.provisions.size).toBe(0);
  });

  it('gives up when its note was cleaned up meanwhile: the account may be gone', async () => {
    const { bench, realm, registry } = await withRealm();
    bench.messages.on(EnsureServiceAccount, async ({ userId }) => {
      bench.clock.advance(61_000);
      expect(await bench.giveUpStaleProvisions.execute(bench.context)).toBe(1);
      return { userId };
    });
    const request = aRegistration(realm.id, { serviceAccountEnabled: true });
    await expect(bench.registerClient.execute(request, bench.context)).rejects.toMatchObject({ code: 'unavailable' });
    expect(registry.state.clients.size).toBe(0);
    expect(bench.messages.sentTo(RemoveServiceAccount)).toHaveLength(1);
  });

  it('leaves its note when the process dies; the next one cleans up', async () => {
    const { bench, realm, registry } = await withRealm();
    await registry.transactions.run((transaction) =>
      transaction.openProvisions([
        { id: 'p', realmId: realm.id, clientId: 'c', givenUp: false, createdAt: bench.clock.now() },
      ]),
    );
    expect(await bench.giveUpStaleProvisions.execute(bench.context)).toBe(0);
    bench.clock.advance(60_001);
    expect(await bench.giveUpStaleProvisions.execute(bench.context)).toBe(1);
    expect(bench.messages.sentTo(RemoveServiceAccount)).toEqual([{ realmId: realm.id, clientId: 'c' }]);
    expect(registry.state.provisions.size).toBe(0);
  });

  it('refuses what the policy forbids, and an unknown realm', async () => {
    const { bench, realm } = await withRealm();
    const invalid = aRegistration(realm.id, { clientType: 'public', serviceAccountEnabled: true });
    await expect(bench.registerClient.execute(invalid, bench.context)).rejects.toMatchObject({
      code: 'validation_failed',
      fields: [{ pointer: '/service_account_enabled' }],
    });
    const unknown = aRegistration('01890000-0000-7000-8000-00000000dead');
    await expect(bench.registerClient.execute(unknown, bench.context)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('passes on the refusal of identity', async () => {
    const { bench, realm, registry } = await withRealm();
    bench.messages.on(EnsureServiceAccount, () => {
      throw new AppError('conflict');
    });
    const request = aRegistration(realm.id, { serviceAccountEnabled: true });
    await expect(bench.registerClient.execute(request, bench.context)).rejects.toMatchObject({ code: 'conflict' });
    expect(registry.state.clients.size).toBe(0);
  });
});
