import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startCluster, type Cluster } from '#testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { Administrator, unique, type ClientBody, type Page, type TestClient } from '../e2e/support/administrator.js';
import { clientCredentials, tokenOf } from '../e2e/support/protocol.js';
import { untilDone } from './support/until-done.js';

/** How long the clean-up in other services may take once everybody is back: the outbox waits longer after each failure. */
const CLEAN_LIMIT_MS = 45_000;

/** Every table that holds something of a realm. */
const TABLES_BY_REALM = [
  'registry.clients',
  'registry.client_secrets',
  'registry.provisions',
  'registry.kept_answers',
  'identity.users',
  'identity.credentials',
  'identity.removed_users',
  'roles.roles',
  'roles.permissions',
  'roles.subjects',
  'roles.assignments',
  'tokens.signing_keys',
] as const;

/** Realms, clients and users are made and deleted whole or not at all, whatever dies half-way. */
describe('the life of a realm under faults', () => {
  let cluster: Cluster | undefined;
  let admin: Administrator;
  let database: Client | undefined;
  const crashes: string[] = [];
  /** Later: what a process that died had begun to send is sent again half a minute after. */
  let checkUser = (): Promise<void> => Promise.reject(new Error('no user was deleted'));

  beforeAll(async () => {
    cluster = await startCluster({
      silent: true,
      onCrash: (process, how) => {
        crashes.push(`${process.title} (${how}):\n${process.logTail()}`);
      },
    });
    const { baseUrls, adminUsername, adminPassword } = cluster;
    process.env['CHANCERY_E2E'] = JSON.stringify({ kind: 'cluster', baseUrls, adminUsername, adminPassword });
    database = new Client({ connectionString: cluster.databaseUrl });
    await database.connect();
    admin = await Administrator.signIn();
  }, 120_000);

  afterAll(async () => {
    await database?.end();
    await cluster?.stop();
    expect(crashes).toEqual([]);
  }, 60_000);

  const processOf = (service: 'registry' | 'roles' | 'identity') => {
    const [process] = cluster?.processes(service) ?? [];
    if (process === undefined) throw new Error(`The cluster has no ${service}.`);
    return process;
  };
  const restart = async (...services: readonly ('registry' | 'roles' | 'identity')[]): Promise<void> => {
    for (const service of services) processOf(service).spawn();
    await Promise.all(services.map((service) => processOf(service).waitUntilReady()));
  };
  const realmWithClient = async (): Promise<{ readonly id: string; readonly client: TestClient }> => {
    const realm = await admin.createRealm();
    const client = await admin.createServiceClient(realm.name);
    await admin.assignRole(client, 'viewer');
    return { id: realm.id, client };
  };

  /** The status once nobody is away any more. */
  const settledStatus = async (path: string): Promise<number> => {
    for (const deadline = Date.now() + 20_000; ; await sleep(100)) {
      const { status } = await admin.ask('GET', path);
      if (status !== 503 || Date.now() > deadline) return status;
    }
  };

  /** Deletes it until it is not there any more. */
  const untilGone = async (path: string): Promise<void> => {
    for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(200)) {
      const { status } = await admin.ask('DELETE', path);
      if (status === 204 || status === 404) return;
      expect(status).toBe(503);
    }
    throw new Error(`${path} is still there.`);
  };

  /** What is left of a realm anywhere. */
  const leftOver = async (realmId: string): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const table of TABLES_BY_REALM) {
      const result = await database?.query(`SELECT 1 FROM ${table} WHERE realm_id = $1`, [realmId]);
      if ((result?.rowCount ?? 0) > 0) found.push(table);
    }
    const scopes = await database?.query('SELECT 1 FROM roles.scopes WHERE realm_id = $1 AND NOT removed', [realmId]);
    return (scopes?.rowCount ?? 0) > 0 ? [...found, 'roles.scopes'] : found;
  };
  const untilNothingIsLeft = async (realmId: string): Promise<void> => {
    const deadline = Date.now() + CLEAN_LIMIT_MS;
    let left = await leftOver(realmId);
    while (left.length > 0 && Date.now() < deadline) {
      await sleep(250);
      left = await leftOver(realmId);
    }
    expect(left).toEqual([]);
  };

  it('a realm deleted while services are away is gone at once, and everywhere when they are back; kill -9 included', async () => {
    const { id, client } = await realmWithClient();
    expect((await clientCredentials(client)).status).toBe(200);
    expect((await leftOver(id)).length).toBeGreaterThan(5);
    await Promise.all([processOf('roles').kill('SIGKILL'), processOf('identity').kill('SIGKILL')]);
    expect((await admin.ask('DELETE', `/realms/${client.realm}`)).status).toBe(204);
    // Committed, and the clean-up not done.
    await processOf('registry').kill('SIGKILL');
    expect(await leftOver(id)).toEqual(expect.arrayContaining(['identity.users', 'roles.roles']));
    expect((await clientCredentials(client)).status).not.toBe(200);
    await restart('registry', 'roles', 'identity');
    expect((await clientCredentials(client)).status).toBe(404);
    // The name is free at once, and whoever takes it finds nothing of before.
    await untilDone(() => admin.ask('POST', '/realms', { name: client.realm }));
    expect((await clientCredentials(client)).status).toBe(401);
    const path = `/realms/${client.realm}`;
    const clients = await admin.done<Page<ClientBody>>('GET', `${path}/clients`);
    expect(clients.data.map(({ client_id: one }) => one)).toEqual(['account', 'console', 'realm-management']);
    const keys = await admin.done<Page<{ kid: string }>>('GET', `${path}/keys`);
    expect(keys.data).toHaveLength(1);
    const events = await admin.auditEvents(client.realm, { type: 'realm.created' });
    expect(events.map((event) => event['realm_id'])).not.toContain(id);
    await untilNothingIsLeft(id);
    expect((await admin.ask('GET', `${path}/roles`)).status).toBe(200);
    expect((await clientCredentials(await admin.createServiceClient(client.realm))).status).toBe(200);
  }, 120_000);

  it('the registry killed at any moment of a deletion leaves a realm that works or none', async () => {
    const deleted: string[] = [];
    const answers: Promise<void>[] = [];
    for (const delayMs of [0, 2, 4, 8, 16, 30]) {
      const { id, client } = await realmWithClient();
      const deletion = admin.ask('DELETE', `/realms/${client.realm}`);
      await sleep(delayMs);
      await processOf('registry').kill('SIGKILL');
      await restart('registry');
      const found = await settledStatus(`/realms/${client.realm}`);
      // Nobody answers for the process that died: its caller hears 503 when the deadline is over.
      answers.push(
        deletion.then(({ status }) => {
          expect([status, found]).not.toEqual([204, 200]);
          expect([204, 503]).toContain(status);
        }),
      );
      if (found === 200) {
        expect((await clientCredentials(client)).status).toBe(200);
        await untilDone(() => admin.ask('DELETE', `/realms/${client.realm}`));
      }
      expect((await clientCredentials(client)).status).toBe(404);
      deleted.push(id);
    }
    await Promise.all(answers);
    // Once for all: what a process that died had begun to send is sent again half a minute later.
    for (const id of deleted) await untilNothingIsLeft(id);
  }, 180_000);

  it('a user deleted while identity and roles die half-way is gone when they are back', async () => {
    const { id: realmId, client } = await realmWithClient();
    const username = unique('user');
    const users = `/realms/${client.realm}/users`;
    const make = () => admin.done<{ data: { id: string } }>('POST', users, { username });
    const { id } = (await make()).data;
    const value = `Zwölf Boxkämpfer ${unique('jagen')}`;
    const password = { value, temporary: false, credential_type: 'password' };
    await admin.done('PUT', `${users}/${id}/reset-password`, password);
    const { data: roles } = await admin.done<Page<{ id: string; name: string }>>(
      'GET',
      `/realms/${client.realm}/roles`,
    );
    for (const role of roles) await admin.done('POST', `${users}/${id}/roles/${role.id}`);
    const rowsOf = async (table: string, column: string): Promise<number> => {
      const found = await database?.query(`SELECT 1 FROM ${table} WHERE realm_id = $1 AND ${column} = $2`, [
        realmId,
        id,
      ]);
      return found?.rowCount ?? 0;
    };
    expect([await rowsOf('identity.credentials', 'user_id'), await rowsOf('roles.assignments', 'subject_id')]).toEqual([
      1,
      roles.length,
    ]);

    // Roles cannot take anything away as long as this stands: identity's half is committed, roles' half is not done.
    await database?.query('BEGIN');
    await database?.query('SELECT 1 FROM roles.assignments WHERE realm_id = $1 AND subject_id = $2 FOR UPDATE', [
      realmId,
      id,
    ]);
    const deletion = admin.ask('DELETE', `${users}/${id}`);
    for (const deadline = Date.now() + 20_000; (await rowsOf('identity.users', 'id')) > 0; await sleep(20)) {
      expect(Date.now()).toBeLessThan(deadline);
    }
    await Promise.all([processOf('identity').kill('SIGKILL'), processOf('roles').kill('SIGKILL')]);
    expect(await rowsOf('roles.assignments', 'subject_id')).toBe(roles.length);
    await database?.query('ROLLBACK');
    await restart('identity', 'roles');
    expect([204, 503]).toContain((await deletion).status);
    expect(await settledStatus(`${users}/${id}`)).toBe(404);
    expect(await rowsOf('identity.credentials', 'user_id')).toBe(0);
    // Whoever gets the name holds nothing of it.
    const again = (await make()).data;
    const held = await admin.done<Page<unknown>>('GET', `${users}/${again.id}/roles`);
    expect(held.data).toEqual([]);
    checkUser = async () => {
      for (const deadline = Date.now() + CLEAN_LIMIT_MS; Date.now() < deadline; await sleep(250)) {
        if ((await rowsOf('roles.assignments', 'subject_id')) === 0) break;
      }
      expect(await rowsOf('roles.assignments', 'subject_id')).toBe(0);
      const taken = await admin.auditEvents(client.realm, { type: 'role.unassigned', subject_id: id }, roles.length);
      expect(taken).toHaveLength(roles.length);
    };
  }, 120_000);

  it('the registry killed at any moment of a creation creates once under an Idempotency-Key', async () => {
    const realm = unique('realm');
    await untilDone(() => admin.ask('POST', '/realms', { name: realm }));
    const answers: Promise<void>[] = [];
    for (const delayMs of [0, 3, 6, 12, 20, 40]) {
      const name = unique('once');
      const ask = () =>
        admin.ask(
          'POST',
          `/realms/${realm}/clients`,
          { name, service_account_enabled: true },
          { headers: { 'idempotency-key': name } },
        );
      const first = ask();
      await sleep(delayMs);
      await processOf('registry').kill('SIGKILL');
      await restart('registry');
      answers.push(
        first.then(({ status }) => {
          expect([201, 503]).toContain(status);
        }),
      );
      const again = await untilDone(ask);
      const { data } = await admin.done<Page<ClientBody>>('GET', `/realms/${realm}/clients?search=${name}`);
      expect(data.map(({ id }) => id)).toEqual([(again.body as ClientBody).id]);
    }
    await Promise.all(answers);
  }, 180_000);

  it('G2: an API is neither deleted nor renamed while roles cannot follow; what it granted ends with the answer', async () => {
    const { client: holder } = await realmWithClient();
    const clients = `/realms/${holder.realm}/clients`;
    const api = await admin.createServiceClient(holder.realm);
    await admin.done('POST', `${clients}/${api.id}/permissions`, { name: 'invoices:read' });
    const { data: role } = await admin.done<{ data: { id: string } }>('POST', `${clients}/${api.id}/roles`, {
      ...{ name: 'reader', permissions: ['invoices:read'] },
    });
    const account = await admin.done<{ data: { id: string } }>('GET', `${clients}/${holder.id}/service-account-user`);
    await admin.done('POST', `/realms/${holder.realm}/users/${account.data.id}/roles/${role.id}`);
    const audience = async (): Promise<unknown> => tokenOf(await clientCredentials(holder)).claims.aud;
    const before = await audience();
    expect([before].flat()).toContain(api.clientId);

    await processOf('roles').kill('SIGKILL');
    expect((await admin.ask('DELETE', `${clients}/${api.id}`)).status).toBe(503);
    expect((await admin.ask('PATCH', `${clients}/${api.id}`, { client_id: unique('other') })).status).toBe(503);
    await restart('roles');
    const { data: found } = await admin.done<{ data: ClientBody }>('GET', `${clients}/${api.id}`);
    expect(found.client_id).toBe(api.clientId);
    expect(await audience()).toEqual(before);

    const renamed = unique('renamed');
    await untilDone(() => admin.ask('PATCH', `${clients}/${api.id}`, { client_id: renamed }));
    expect([await audience()].flat()).toEqual(
      [before].flat().map((name) => (name === api.clientId ? renamed : String(name))),
    );

    // It dies while the deletion is under way, at one moment or another: only what was refused may still be granted.
    const deletion = admin.ask('DELETE', `${clients}/${api.id}`);
    await sleep(5);
    await processOf('roles').kill('SIGKILL');
    await restart('roles');
    const { status } = await deletion;
    expect([204, 503]).toContain(status);
    if (status === 503) await untilGone(`${clients}/${api.id}`);
    if (status === 204) expect([await audience()].flat()).not.toContain(renamed);
    for (const deadline = Date.now() + CLEAN_LIMIT_MS; Date.now() < deadline; await sleep(250)) {
      if (![await audience()].flat().includes(renamed)) break;
    }
    expect([await audience()].flat()).not.toContain(renamed);
  }, 120_000);

  it('what that user held is taken from them, and each role is on record', () => checkUser(), 60_000);
});
