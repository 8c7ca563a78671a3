import { describe, expect, it } from '@jest/globals';
import {
  CheckClientRoles,
  EnsureServiceAccount,
  GuardAccount,
  RemoveClientRoles,
  RemoveServiceAccount,
  RenameClientRoles,
  RetireClientRoles,
  type ClientSnapshot,
  type SnapshotOf,
} from '#contracts';
import { AppError } from '#errors';
import { createHash } from 'node:crypto';
import type { Client, ClientChanges } from '../domain/client.js';
import { ADMINISTRATOR, NOW } from '../testing/builders.js';
import { InMemoryRegistry } from '../testing/in-memory-registry.js';
import { TestBench } from '../testing/test-bench.js';

const actor = ADMINISTRATOR;
const USER = '01890000-0000-7000-8000-0000000000aa';

async function withClient(facts: Partial<Client> = {}) {
  const bench = new TestBench(new InMemoryRegistry());
  const realm = await bench.storeRealm();
  const client = await bench.storeClient(realm, facts);
  const update = (changes: ClientChanges, ifVersion: number | null = null) =>
    bench.updateClient.execute(
      { actor, realmId: realm.id, id: client.id, ifVersion, changes: changes as object },
      bench.context,
    );
  const rotate = (graceSeconds: number) =>
    bench.rotateClientSecret.execute({ actor, realmId: realm.id, id: client.id, graceSeconds }, bench.context);
  return { bench, realm, client, registry: bench.adapters, update, rotate };
}

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
