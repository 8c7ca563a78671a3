import { beforeEach, describe, expect, it } from '@jest/globals';
import { deadlineNow } from '#messaging';
import { UserSnapshot } from '#contracts';
import { Value } from '@sinclair/typebox/value';
import { v7 as uuidv7 } from 'uuid';
import { IdentityHarness } from '../testing/identity-harness.js';
import { InMemoryUserStore } from '../testing/in-memory-user-store.js';
import { EnsureServiceAccounts } from './ensure-service-accounts.js';
import { ReadServiceAccount } from './read-service-account.js';
import { ReadUser } from './read-user.js';

describe('service accounts', () => {
  let store: InMemoryUserStore;
  let identity: IdentityHarness;
  let realmId: string;
  let clientId: string;

  beforeEach(() => {
    store = new InMemoryUserStore();
    identity = new IdentityHarness(store);
    ({ realmId } = identity.realm);
    clientId = uuidv7();
  });

  it('are made with the id asked for, published and recorded', async () => {
    const userId = await identity.ensureAccount({ clientId, userId: uuidv7() });
    expect(await store.findServiceAccount(realmId, clientId)).toMatchObject({
      id: userId,
      username: 'service-account-billing',
      enabled: true,
      createdAt: identity.clock.now(),
    });
    const [published] = identity.snapshots.published;
    expect(published?.key).toBe(`${realmId}/${userId}`);
    expect(published?.value).toEqual({
      id: userId,
      realmId,
      clientId,
      username: 'service-account-billing',
      enabled: true,
    });
    expect(Value.Check(UserSnapshot.value, published?.value)).toBe(true);
    expect(store.events).toMatchObject([
      {
        type: 'service_account.created',
        realm: 'acme',
        realm_id: realmId,
        client_id: 'billing',
        subject_id: userId,
        target: { kind: 'user', id: userId },
        actor: { kind: 'system' },
      },
    ]);
  });

  it('are one for each client, whatever id is asked for; nothing new is recorded, the state is published again', async () => {
    const first = await identity.ensureAccount({ clientId });
    expect(await identity.ensureAccount({ clientId })).toBe(first);
    expect(store.events).toHaveLength(1);
    expect(identity.snapshots.published[1]).toEqual(identity.snapshots.published[0]);
  });

  it('are turned off and on many at once; only what differs is recorded, and all of it is published', async () => {
    const many = new EnsureServiceAccounts(identity.ensureServiceAccount, store, identity.snapshots, identity.clock);
    const accounts = [1, 2, 3].map((one) => ({
      ...{ clientId: uuidv7(), clientIdentifier: `app-${String(one)}`, userId: uuidv7() },
      enabled: one !== 3,
    }));
    const { userIds } = await many.execute({ ...identity.realm, accounts }, identity.context);
    const enabled = async () =>
      (await store.readStates(userIds.map((userId) => ({ realmId: identity.realm.realmId, userId })))).map(
        ({ user }) => user?.enabled,
      );
    expect(await enabled()).toEqual([true, true, false]);
    const seen = [store.events.length, identity.snapshots.published.length] as const;
    const off = accounts.map((account) => ({ ...account, enabled: false, userId: uuidv7() }));
    expect(await many.execute({ ...identity.realm, accounts: off }, identity.context)).toEqual({ userIds });
    expect(await enabled()).toEqual([false, false, false]);
    expect(store.events.slice(seen[0]).map(({ type }) => type)).toEqual(Array(2).fill('service_account.updated'));
    expect(identity.snapshots.published.slice(seen[1])).toHaveLength(3);
  });

  it('are made many at once, in one transaction; those that are there already stay who they are', async () => {
    const many = new EnsureServiceAccounts(identity.ensureServiceAccount, store, identity.snapshots, identity.clock);
    const present = await identity.ensureAccount({ clientId, clientIdentifier: 'one', enabled: false });
    const accounts = ['one', 'two', 'three'].map((clientIdentifier, index) => ({
      ...{ clientId: index === 0 ? clientId : uuidv7(), clientIdentifier, userId: uuidv7() },
    }));
    const request = { ...identity.realm, accounts };
    const { userIds } = await many.execute(request, identity.context);
    expect(userIds).toEqual([present, accounts[1]?.userId, accounts[2]?.userId]);
    for (const id of userIds) expect(await store.findUser({ realmId, userId: id })).toMatchObject({ enabled: true });
    const last = identity.snapshots.published.findLast(({ key }) => key.endsWith(userIds[2] ?? ''));
    expect(last?.version).toBe((await store.findUser({ realmId, userId: userIds[2] ?? '' }))?.version);
    const recorded = store.events.length;
    const others = accounts.map((account) => ({ ...account, userId: uuidv7() }));
    expect((await many.execute({ ...request, accounts: others }, identity.context)).userIds).toEqual(userIds);
    expect(store.events).toHaveLength(recorded);
    const taken = [{ clientId: uuidv7(), clientIdentifier: 'four', userId: present }];
    await expect(many.execute({ ...request, accounts: taken }, identity.context)).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('are disabled, enabled and renamed under a newer version, with what changed on record', async () => {
    const userId = await identity.ensureAccount({ clientId });
    await identity.ensureAccount({ clientId, enabled: false });
    await identity.ensureAccount({ clientId, enabled: true, clientIdentifier: 'invoices' });
    const versions = identity.snapshots.published.map(({ version }) => version);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(new Set(versions).size).toBe(3);
    expect(identity.snapshots.published.map(({ value }) => value)).toMatchObject([
      { enabled: true },
      { enabled: false },
      { enabled: true, username: 'service-account-invoices' },
    ]);
    expect(store.events.slice(1).map(({ type, details }) => [type, details['changes']])).toEqual([
      ['service_account.updated', { enabled: { before: true, after: false } }],
      [
        'service_account.updated',
        {
          enabled: { before: false, after: true },
          username: { before: 'service-account-billing', after: 'service-account-invoices' },
        },
      ],
    ]);
    expect(store.events.at(-1)).toMatchObject({ client_id: 'invoices', subject_id: userId });
  });

  it('refuse the id of somebody else', async () => {
    const userId = await identity.ensureAccount({ clientId });
    await expect(identity.ensureAccount({ clientId: uuidv7(), userId })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('do not get in the way of a new client that took the name of a deleted one', async () => {
    await identity.ensureAccount({ clientId });
    const successor = await identity.ensureAccount({ clientId: uuidv7() });
    await identity.removeAccount(clientId);
    expect(await store.findUser({ realmId, userId: successor })).toMatchObject({ username: 'service-account-billing' });
  });

  it('are one also when two calls come at once', async () => {
    const ids = await Promise.all([identity.ensureAccount({ clientId }), identity.ensureAccount({ clientId })]);
    expect(new Set(ids).size).toBe(1);
    expect(store.events).toHaveLength(1);
  });

  it('are removed with their absence published and recorded; a second time publishes the same', async () => {
    const userId = await identity.ensureAccount({ clientId });
    await identity.removeAccount(clientId);
    const [made, removed] = identity.snapshots.published;
    expect(removed).toMatchObject({ key: `${realmId}/${userId}`, value: null });
    expect(removed?.version).toBeGreaterThan(made?.version ?? 0);
    expect(store.events.at(-1)).toMatchObject({ type: 'service_account.deleted', client_id: 'billing', realm: 'acme' });
    await identity.removeAccount(clientId);
    expect(identity.snapshots.published.at(-1)).toEqual(removed);
    expect(store.events).toHaveLength(2);
    expect(await identity.loadUsers.execute([`${realmId}/${userId}`])).toEqual([
      { key: `${realmId}/${userId}`, version: removed?.version, value: null },
    ]);
    await identity.removeAccount(uuidv7());
  });

  it('come back with a newer version than their removal', async () => {
    const userId = await identity.ensureAccount({ clientId });
    await identity.removeAccount(clientId);
    await identity.ensureAccount({ clientId, userId });
    const [, removed, again] = identity.snapshots.published;
    expect(again?.version).toBeGreaterThan(removed?.version ?? 0);
  });

  it('are read by client and by id, in their own realm', async () => {
    const userId = await identity.ensureAccount({ clientId });
    expect((await new ReadServiceAccount(store).execute({ realmId, clientId })).id).toBe(userId);
    expect((await new ReadUser(store).execute({ realmId, userId })).clientId).toBe(clientId);
    await expect(new ReadServiceAccount(store).execute({ realmId: uuidv7(), clientId })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(new ReadUser(store).execute({ realmId: uuidv7(), userId })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('are loaded one to one, in order, with absence for keys that name nobody', async () => {
    const userId = await identity.ensureAccount({ clientId });
    const keys = ['nonsense', `${realmId}/${userId}`, `${realmId}/${uuidv7()}`, `${realmId}/${userId}/x`];
    const loaded = await identity.loadUsers.execute(keys);
    expect(loaded.map(({ key, version }) => [key, version > 0])).toEqual(keys.map((key, index) => [key, index === 1]));
    const [published] = identity.snapshots.published;
    expect(loaded[1]).toMatchObject({ version: published?.version, value: published?.value });
    expect(await identity.loadUsers.execute(['nonsense'])).toEqual([{ key: 'nonsense', version: 0, value: null }]);
  });

  it('go with their realm', async () => {
    const userId = await identity.ensureAccount({ clientId });
    await identity.removeRealmUsers.execute({ realmId });
    await identity.removeRealmUsers.execute({ realmId });
    expect(await store.findUser({ realmId, userId })).toBeNull();
  });

  it('are not changed too late: the caller may have asked for the opposite since', async () => {
    const userId = await identity.ensureAccount({ clientId });
    const request = { ...identity.realm, clientId, userId, clientIdentifier: 'billing', enabled: false };
    const late = { ...identity.context, deadlineAt: deadlineNow() - 1 };
    const attempt = identity.ensureServiceAccount.execute(request, late);
    await expect(attempt).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect(await store.findUser({ realmId, userId })).toMatchObject({ enabled: true });
  });
});
