import { beforeEach, describe, expect, it } from '@jest/globals';
import { ApplyRoleConfiguration, FindUsers, type RealmConfiguration } from '#contracts';
import { AppError } from '#errors';
import type { Client } from '../domain/client.js';
import { ADMINISTRATOR } from '../testing/builders.js';
import { configuring, type Configuring } from '../testing/configuring.js';

const HOLDER = '01890000-0000-7000-8000-0000000000aa';
const HELD = [{ audience: 'billing', permissions: ['invoices:read'] }];

describe('an API that a configuration prunes', () => {
  let bench: Configuring['bench'];
  let send: Configuring['send'];
  let api: Client;
  const worker: RealmConfiguration = { version: 1, prune: true, clients: [{ client_id: 'worker' }] };

  beforeEach(async () => {
    const configured = await configuring();
    ({ bench, send } = configured);
    const { realm } = configured;
    api = await bench.storeClient(realm, { clientId: 'billing' });
    await bench.storeClient(realm, {
      ...{ clientId: 'worker', serviceAccountEnabled: true, serviceAccountUserId: HOLDER },
    });
    bench.messages.on(FindUsers, () => ({
      byUsername: [],
      byId: [{ id: HOLDER, username: 'service-account-worker', clientId: null, enabled: true }],
    }));
    bench.messages.on(ApplyRoleConfiguration, ({ deletedClientIds }) => ({
      changes: [],
      authority: deletedClientIds.map(() => ({ subjectId: HOLDER, before: HELD, after: [] })),
      complete: true,
    }));
  });

  it('is told of in the tokens of others, though the document does not speak of roles', async () => {
    const { impact } = await send(worker, { dryRun: true });
    expect(impact?.subjects).toEqual([{ kind: 'client', name: 'worker', gains: [], loses: HELD }]);
    expect(bench.messages.sentTo(ApplyRoleConfiguration)).toMatchObject([{ deletedClientIds: [api.id], mode: 'plan' }]);
    const actor = { ...ADMINISTRATOR, permissions: ['manage_clients'] };
    expect((await send(worker, { dryRun: true, actor })).impact).toBeNull();
  });

  it('stays while roles cannot be asked, whoever prunes', async () => {
    bench.messages.on(ApplyRoleConfiguration, () => {
      throw new AppError('unavailable');
    });
    for (const permissions of [ADMINISTRATOR.permissions, ['manage_clients']]) {
      const refused = send(worker, { actor: { ...ADMINISTRATOR, permissions } });
      await expect(refused).rejects.toMatchObject({ code: 'unavailable' });
    }
    expect(bench.adapters.state.clients.has(api.id)).toBe(true);
  });
});
