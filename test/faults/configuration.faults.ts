import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startCluster, type Cluster } from '#testing';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Administrator } from '../e2e/support/administrator.js';
import { requestToken } from '../e2e/support/protocol.js';
import { untilDone } from './support/until-done.js';

interface Result {
  readonly changes: readonly unknown[];
}

const SECRET = 'Y0dDs8b5S1Q4rTz7mWcE2uKpXvNaLhJf';
const CLI = join(import.meta.dirname, '../../dist/scripts/chancery.js');

const api = (permissions: readonly string[]) => ({
  client_id: 'billing',
  permissions: permissions.map((name) => ({ name })),
  roles: [{ name: 'reader', permissions }],
});
const worker = { client_id: 'worker', service_account_enabled: true, secret_from: { env: 'WORKER_SECRET' } };

/** Two states of a realm; each takes away what the other gives. */
const STATES = [
  {
    document: {
      ...{ version: 1, prune: true },
      roles: [{ name: 'auditor', permissions: ['view_events'] }],
      clients: [api(['invoices:read']), worker, { client_id: 'extra', service_account_enabled: true }],
      assignments: [{ client_id: 'worker', roles: ['auditor', { client_id: 'billing', role: 'reader' }] }],
    },
    scope: 'invoices:read view_events',
  },
  {
    document: {
      ...{ version: 1, prune: true },
      roles: [],
      clients: [api(['invoices:write']), worker, { client_id: 'other', service_account_enabled: true }],
      assignments: [
        { client_id: 'worker', roles: [{ client_id: 'billing', role: 'reader' }] },
        { client_id: 'other', roles: [{ client_id: 'billing', role: 'reader' }] },
      ],
    },
    scope: 'invoices:write',
  },
] as const;

/** Whatever dies while a configuration is applied, applying it again makes the realm what it says. */
describe('configurations under faults', () => {
  let cluster: Cluster | undefined;
  let admin: Administrator;
  let realm: string;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'chancery-faults-'));
    cluster = await startCluster({ silent: true });
    const { baseUrls, adminUsername, adminPassword } = cluster;
    process.env['CHANCERY_E2E'] = JSON.stringify({ kind: 'cluster', baseUrls, adminUsername, adminPassword });
    admin = await Administrator.signIn();
  }, 120_000);

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await cluster?.stop();
  }, 60_000);

  const killAndRestart = async (service: 'registry' | 'roles'): Promise<void> => {
    const [process] = cluster?.processes(service) ?? [];
    if (process === undefined) throw new Error(`The cluster has no ${service}.`);
    await process.kill('SIGKILL');
    process.spawn();
    await process.waitUntilReady();
  };

  const state = (index: number) => STATES[index % 2] ?? STATES[0];
  const apply = (index: number) =>
    admin.ask('POST', `/realms/${realm}/apply`, { ...state(index).document, secrets: { worker: SECRET } });
  const scopeNow = async (): Promise<string | number> => {
    const form = { grant_type: 'client_credentials', client_id: 'worker', client_secret: SECRET };
    const answer = await requestToken(realm, { form });
    if (answer.status !== 200) return answer.status;
    return (answer.body as { scope: string }).scope.split(' ').sort().join(' ');
  };

  /** Applies until it is done, and then has nothing to do any more; from then on tokens are as the document says. */
  const completed = async (index: number): Promise<void> => {
    await untilDone(() => apply(index));
    expect(await scopeNow()).toBe(state(index).scope);
    const again = await untilDone(() => apply(index));
    expect((again.body as Result).changes).toEqual([]);
    expect(await scopeNow()).toBe(state(index).scope);
  };

  it.each(['registry', 'roles'] as const)(
    '%s killed at any moment leaves the state before, the state after, or one that the same document completes',
    async (service) => {
      realm = (await admin.createRealm()).name;
      await completed(0);
      const statuses: Promise<number>[] = [];
      for (const [round, delayMs] of [0, 10, 25, 45, 80].entries()) {
        const next = round + 1;
        // Nobody answers for the process that died: its caller hears 503 when the deadline is over.
        statuses.push(apply(next).then(({ status }) => status));
        await sleep(delayMs);
        await killAndRestart(service);
        // Nobody has been given what neither of the two documents gives.
        const scope = await scopeNow();
        const allowed = new Set(STATES.flatMap((one) => one.scope.split(' ')));
        if (typeof scope === 'string') expect(scope.split(' ').filter((one) => !allowed.has(one))).toEqual([]);
        else expect([401, 503]).toContain(scope);
        await completed(next);
      }
      for (const status of await Promise.all(statuses)) expect([200, 409, 503]).toContain(status);
    },
    120_000,
  );

  it('the command line killed at any moment is run again', async () => {
    realm = (await admin.createRealm()).name;
    await completed(0);
    const { adminUsername = '', adminPassword = '', baseUrls = [] } = cluster ?? {};
    const file = join(folder, 'realm.yaml');
    const run = () => {
      const options = ['--url', baseUrls[0] ?? '', '--realm', realm, '--username', adminUsername];
      const child = spawn(process.execPath, [CLI, 'apply', file, ...options], {
        env: { ...process.env, CHANCERY_PASSWORD: adminPassword, WORKER_SECRET: SECRET },
        stdio: 'ignore',
      });
      return { child, code: new Promise<number | null>((resolve) => child.once('exit', resolve)) };
    };
    for (const [round, delayMs] of [250, 400, 550].entries()) {
      const next = round + 1;
      writeFileSync(file, JSON.stringify(state(next).document));
      const { child, code } = run();
      await sleep(delayMs);
      child.kill('SIGKILL');
      await code;
      expect([0, 2]).toContain(await run().code);
      expect(await run().code).toBe(0);
      expect(await scopeNow()).toBe(state(next).scope);
    }
  }, 120_000);
});
