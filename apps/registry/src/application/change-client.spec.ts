import {
  CheckClientRoles,
  EnsureServiceAccount,
  GuardAccount,
  RemoveServiceAccount,
  RenameClientRoles,
} from '#contracts';
import { AppError } from '#errors';
import { describe, expect, it } from '@jest/globals';
import { ADMINISTRATOR } from '../testing/builders.js';
import { withClient } from '../testing/with-client.js';

const actor = ADMINISTRATOR;
const USER = '01890000-0000-7000-8000-0000000000aa';

const away = (): never => {
  throw new AppError('unavailable');
};

describe('UpdateClient', () => {
  it('disables, records and publishes', async () => {
    const { bench, update, registry, realm } = await withClient();
    expect(await update({ enabled: false }, 1)).toMatchObject({ enabled: false, version: 2 });
    expect(bench.writer.log).toEqual([
      `fence registry.client:${realm.id}/billing`,
      `publish registry.client:${realm.id}/billing`,
    ]);
    expect(bench.writer.published[0]?.value).toMatchObject({ enabled: false });
    expect(registry.state.events.map(({ type, details }) => [type, details])).toEqual([
      ['client.updated', { changes: { enabled: { before: true, after: false } } }],
    ]);
  });

  it('publishes again, without an event, when nothing differs', async () => {
    const { bench, update, registry, client } = await withClient();
    expect(await update({ enabled: true })).toMatchObject({ version: 1 });
    expect(bench.writer.published[0]?.version).toBe(client.snapshotVersion);
    expect(registry.state.events).toEqual([]);
  });

  it('fences and publishes both keys when the client_id changes', async () => {
    const { bench, update, realm } = await withClient();
    await update({ clientId: 'invoices' });
    expect(bench.writer.log).toEqual([
      `fence registry.client:${realm.id}/billing`,
      `fence registry.client:${realm.id}/invoices`,
      `publish registry.client:${realm.id}/invoices`,
      `publish registry.client:${realm.id}/billing (absent)`,
    ]);
  });

  it('changes no client_id while roles cannot be asked, and is not done before roles has heard of it', async () => {
    const { bench, update, client, registry } = await withClient();
    bench.messages.on(CheckClientRoles, away);
    await expect(update({ clientId: 'invoices' })).rejects.toMatchObject({ code: 'unavailable' });
    expect(bench.writer.log).toEqual([]);
    expect(await update({ name: 'Other' })).toMatchObject({ name: 'Other', clientId: 'billing' });
    bench.messages.on(CheckClientRoles, () => ({})).on(RenameClientRoles, away);
    registry.outboxStands = true;
    const untold = { code: 'unavailable', reason: 'roles_not_followed' };
    await expect(update({ clientId: 'invoices' })).rejects.toMatchObject(untold);
    await expect(update({ clientId: 'invoices' })).rejects.toMatchObject(untold);
    bench.messages.on(RenameClientRoles, () => ({}));
    const reply = await update({ clientId: 'invoices' });
    expect(reply).toMatchObject({ clientId: 'invoices' });
    expect(bench.messages.sentTo(RenameClientRoles).at(-1)).toMatchObject({
      ...{ clientId: client.id, clientIdentifier: 'invoices', clientVersion: reply.version },
    });
  });

  it('starts anew when the client was renamed after it was read: the fence must be on the right key', async () => {
    const { bench, update, registry, realm, client } = await withClient();
    const change = bench.writer.change.bind(bench.writer);
    let raced = false;
    bench.writer.change = async (targets, work) => {
      if (!raced) {
        raced = true;
        await registry.transactions.run((transaction) =>
          transaction.updateClient(client, { ...client, clientId: 'renamed', version: 2 }),
        );
      }
      return change(targets, work);
    };
    await update({ enabled: false });
    expect(bench.writer.log).toEqual([
      `fence registry.client:${realm.id}/billing`,
      `fence registry.client:${realm.id}/renamed`,
      `publish registry.client:${realm.id}/renamed`,
    ]);
  });

  it('refuses an old version, a taken client_id and an unknown client before it asks anybody', async () => {
    const { bench, update, realm } = await withClient();
    await bench.storeClient(realm, { clientId: 'invoices' });
    await expect(update({ serviceAccountEnabled: true }, 9)).rejects.toMatchObject({ code: 'precondition_failed' });
    await expect(update({ serviceAccountEnabled: true, clientId: 'invoices' })).rejects.toMatchObject({
      code: 'conflict',
    });
    const unknown = { actor, realmId: realm.id, id: USER, ifVersion: null, changes: {} };
    await expect(bench.updateClient.execute(unknown, bench.context)).rejects.toMatchObject({ code: 'not_found' });
    expect(bench.messages.calls).toEqual([]);
  });

  it('makes the service account when it is switched on for the first time', async () => {
    const { bench, update, registry } = await withClient();
    const reply = await update({ serviceAccountEnabled: true });
    const [asked] = bench.messages.sentTo(EnsureServiceAccount);
    expect(reply.serviceAccountUserId).toBe(asked?.userId);
    expect(bench.writer.published[0]?.value).toMatchObject({ serviceAccountUserId: asked?.userId });
    expect(registry.state.events.map(({ type }) => type)).toEqual(['client.updated']);
    expect(registry.state.provisions.size).toBe(0);
  });

  it('switches it off and on again with the same user', async () => {
    const { bench, update, registry } = await withClient({ serviceAccountEnabled: true, serviceAccountUserId: USER });
    expect(await update({ serviceAccountEnabled: false })).toMatchObject({ serviceAccountUserId: USER });
    await update({ serviceAccountEnabled: true });
    expect(bench.messages.sentTo(EnsureServiceAccount)).toMatchObject([
      { userId: USER, enabled: false },
      { userId: USER, enabled: true },
      // Once more after the commit: see the test of what an earlier change left behind.
      { userId: USER, enabled: true },
    ]);
    expect(registry.state.provisions.size).toBe(0);
  });

  it('tells identity of a new client_id, which the username follows', async () => {
    const { bench, update } = await withClient({ serviceAccountEnabled: true, serviceAccountUserId: USER });
    await update({ clientId: 'invoices' });
    expect(bench.messages.sentTo(EnsureServiceAccount)).toMatchObject([
      { userId: USER, clientIdentifier: 'invoices', enabled: true },
    ]);
  });

  it('disables although identity is away, and tells it as soon as it is back', async () => {
    const { bench, update, registry } = await withClient({ serviceAccountEnabled: true, serviceAccountUserId: USER });
    bench.messages.on(EnsureServiceAccount, () => {
      throw new AppError('unavailable');
    });
    expect(await update({ serviceAccountEnabled: false })).toMatchObject({ serviceAccountEnabled: false });
    expect(registry.state.provisions.size).toBe(1);
    bench.messages.on(EnsureServiceAccount, ({ userId }) => ({ userId }));
    await bench.giveUpStaleProvisions.execute(bench.context);
    expect(bench.messages.sentTo(EnsureServiceAccount).at(-1)).toMatchObject({ userId: USER, enabled: false });
    expect(registry.state.provisions.size).toBe(0);
  });

  it('ends in step with identity also when an older call arrives there last', async () => {
    const { bench, update } = await withClient({ serviceAccountEnabled: true, serviceAccountUserId: USER });
    const late = Promise.withResolvers<null>();
    let enabled = true;
    bench.messages.on(EnsureServiceAccount, async (account) => {
      if (bench.messages.calls.length === 1) await late.promise;
      enabled = account.enabled;
      return { userId: account.userId };
    });
    const disabling = update({ serviceAccountEnabled: false });
    while (bench.messages.calls.length === 0) await Promise.resolve();
    expect(await update({ serviceAccountEnabled: true })).toMatchObject({ serviceAccountEnabled: true });
    late.resolve(null);
    await disabling;
    expect(enabled).toBe(true);
  });

  it('ends in step with identity also when what an earlier change left behind is caught up with meanwhile', async () => {
    const { bench, update } = await withClient({ serviceAccountEnabled: true, serviceAccountUserId: USER });
    bench.messages.on(EnsureServiceAccount, () => {
      throw new AppError('unavailable');
    });
    await update({ serviceAccountEnabled: false });
    let enabled = true;
    let overtaken = false;
    bench.messages.on(EnsureServiceAccount, async (account) => {
      enabled = account.enabled;
      if (account.enabled && !overtaken) {
        overtaken = true;
        await bench.giveUpStaleProvisions.execute(bench.context);
        expect(enabled).toBe(false);
      }
      return { userId: account.userId };
    });
    await update({ serviceAccountEnabled: true });
    expect(enabled).toBe(true);
  });

  it('takes back what it asked of identity when the change fails', async () => {
    const fresh = await withClient();
    fresh.bench.writer.available = false;
    await expect(fresh.update({ serviceAccountEnabled: true })).rejects.toMatchObject({ code: 'unavailable' });
    expect(fresh.bench.messages.sentTo(RemoveServiceAccount)).toHaveLength(1);

    const known = await withClient({ serviceAccountUserId: USER });
    known.bench.writer.available = false;
    await expect(known.update({ serviceAccountEnabled: true })).rejects.toMatchObject({ code: 'unavailable' });
    expect(known.bench.messages.sentTo(EnsureServiceAccount)).toMatchObject([
      { userId: USER, enabled: true },
      { userId: USER, enabled: false },
    ]);
  });

  it('keeps the account that a quicker change of the same client relies on', async () => {
    const { bench, update, registry } = await withClient();
    bench.messages.on(EnsureServiceAccount, () => ({ userId: USER }));
    const outcomes = await Promise.allSettled([
      update({ serviceAccountEnabled: true }, 1),
      update({ serviceAccountEnabled: true, name: 'Other' }, 1),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(bench.messages.sentTo(RemoveServiceAccount)).toEqual([]);
    expect(registry.state.provisions.size).toBe(0);
  });
});

describe('UpdateClient, of a client that cannot act and is to act again', () => {
  const refuse = (): never => {
    throw new AppError('forbidden', { reason: 'exceeds_actor' });
  };

  it.each([
    ['the client', { enabled: false, serviceAccountEnabled: true }, { enabled: true }],
    ['its service account', { enabled: true, serviceAccountEnabled: false }, { serviceAccountEnabled: true }],
    ['both', { enabled: false, serviceAccountEnabled: false }, { enabled: true, serviceAccountEnabled: true }],
  ])('lets nobody enable %s who may not get into the account', async (_what, facts, changes) => {
    const { bench, update, registry, client } = await withClient({ ...facts, serviceAccountUserId: USER });
    bench.messages.on(GuardAccount, refuse);
    await expect(update(changes)).rejects.toMatchObject({ code: 'forbidden', reason: 'exceeds_actor' });
    expect(registry.state.clients.get(client.id)).toMatchObject(facts);
    expect(bench.messages.sentTo(EnsureServiceAccount)).toEqual([]);
    bench.messages.on(GuardAccount, () => ({}));
    expect(await update(changes)).toMatchObject(changes);
  });

  it.each([
    ['disable it', { enabled: true, serviceAccountEnabled: true }, { enabled: false }],
    ['rename it', { enabled: true, serviceAccountEnabled: true }, { name: 'Other' }],
    ['enable it without its account', { enabled: false, serviceAccountEnabled: false }, { enabled: true }],
    ['give it its first account', { enabled: true, serviceAccountEnabled: false }, { serviceAccountEnabled: true }],
  ])('lets everybody %s', async (what, facts, changes) => {
    const account = what.includes('first') ? null : USER;
    const { bench, update } = await withClient({ ...facts, serviceAccountUserId: account });
    bench.messages.on(GuardAccount, refuse);
    expect(await update(changes)).toMatchObject(changes);
  });

  it('asks as well when somebody disables it between reading and locking', async () => {
    const { bench, update, registry, client } = await withClient({
      serviceAccountEnabled: true,
      serviceAccountUserId: USER,
    });
    bench.messages.on(GuardAccount, refuse);
    let reads = 0;
    const find = registry.clients.findById.bind(registry.clients);
    registry.clients.findById = async (realmId: string, id: string) => {
      const found = await find(realmId, id);
      // What the first attempt has read is out of date when it locks the row.
      if ((reads += 1) === 1) registry.state.clients.set(client.id, { ...client, enabled: false });
      return found;
    };
    await expect(update({ enabled: true })).rejects.toMatchObject({ code: 'forbidden' });
    expect(registry.state.clients.get(client.id)?.enabled).toBe(false);
  });
});
