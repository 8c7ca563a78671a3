import { CheckClientRoles, RemoveClientRoles, RemoveServiceAccount, RetireClientRoles } from '#contracts';
import { AppError } from '#errors';
import { describe, expect, it } from '@jest/globals';
import { ADMINISTRATOR } from '../testing/builders.js';
import { withClient } from '../testing/with-client.js';

const actor = ADMINISTRATOR;
const USER = '01890000-0000-7000-8000-0000000000aa';

const away = (): never => {
  throw new AppError('unavailable');
};

describe('DeleteClient', () => {
  it('deletes, publishes the absence and has roles and service account removed', async () => {
    const { bench, realm, client, registry } = await withClient({
      serviceAccountEnabled: true,
      serviceAccountUserId: USER,
    });
    const request = { actor, realmId: realm.id, id: client.id, ifVersion: 1 };
    await bench.deleteClient.execute(request, bench.context);
    expect(registry.state.clients.size).toBe(0);
    expect(bench.writer.log).toEqual([
      `fence registry.client:${realm.id}/billing`,
      `publish registry.client:${realm.id}/billing (absent)`,
    ]);
    expect(bench.writer.published[0]?.version).toBeGreaterThan(client.snapshotVersion);
    expect(registry.state.calls).toEqual([
      {
        contract: RemoveClientRoles,
        request: { realmId: realm.id, clientId: client.id, serviceAccountUserId: USER, vacates: 'billing' },
      },
      { contract: RemoveServiceAccount, request: { realmId: realm.id, clientId: client.id } },
    ]);
    expect(registry.state.events.map(({ type }) => type)).toEqual(['client.deleted']);
    await expect(bench.deleteClient.execute(request, bench.context)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('changes nothing while roles cannot be asked, and is not done before roles has heard of it', async () => {
    const { bench, realm, client, registry } = await withClient();
    const request = { actor, realmId: realm.id, id: client.id, ifVersion: null };
    bench.messages.on(CheckClientRoles, away);
    await expect(bench.deleteClient.execute(request, bench.context)).rejects.toMatchObject({ code: 'unavailable' });
    expect([registry.state.clients.size, bench.writer.log]).toEqual([1, []]);
    bench.messages.on(CheckClientRoles, () => ({})).on(RetireClientRoles, away);
    registry.outboxStands = true;
    await expect(bench.deleteClient.execute(request, bench.context)).rejects.toMatchObject({
      code: 'unavailable',
      reason: 'roles_not_followed',
    });
    expect(registry.state.clients.size).toBe(0);
  });

  it('refuses system clients, old versions and clients of another realm', async () => {
    const { bench, realm, client } = await withClient();
    const system = await bench.storeClient(realm, { clientId: 'console', clientType: 'system' });
    const other = await bench.storeRealm({ name: 'other' });
    const request = { actor, realmId: realm.id, id: client.id, ifVersion: null };
    const { context } = bench;
    await expect(bench.deleteClient.execute({ ...request, id: system.id }, context)).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(bench.deleteClient.execute({ ...request, ifVersion: 3 }, context)).rejects.toMatchObject({
      code: 'precondition_failed',
    });
    await expect(bench.deleteClient.execute({ ...request, realmId: other.id }, context)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
