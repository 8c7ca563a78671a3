import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Administrator, type TestClient } from '../e2e/support/administrator.js';
import { ask } from '../e2e/support/http.js';
import { clientCredentials, keySetPath, tokenOf } from '../e2e/support/protocol.js';
import { useShape } from '../e2e/support/shape.js';
import { Standalone } from '../e2e/support/standalone.js';
import { Load } from './support/load.js';
import { missingFromLog } from './support/missing-from-log.js';

const root = join(import.meta.dirname, '..', '..');
const CRASHES = 3;

/** The one-process shape keeps what it has answered, whenever it is killed. */
describe('standalone, killed under load', () => {
  let program: Standalone | undefined;
  let admin: Administrator;
  let clients: readonly TestClient[];

  beforeAll(async () => {
    execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] });
    program = await Standalone.start(root);
    useShape(program.shape);
    admin = await Administrator.signIn();
    const { name } = await admin.createRealm();
    clients = await Promise.all([0, 1, 2].map(() => admin.createServiceClient(name)));
  }, 120_000);

  afterAll(async () => {
    await program?.stop();
  }, 60_000);

  it('G1: keeps its realm, clients, keys and the record of every token that a client has received', async () => {
    if (program === undefined) throw new Error('The program did not start.');
    const realm = clients[0]?.realm ?? '';
    const keys = (await ask('GET', keySetPath(realm))).text;
    const disabled: TestClient[] = [];
    const jtis: string[] = [];
    for (let crash = 0; crash < CRASHES; crash += 1) {
      const load = new Load(clients, 8);
      load.start();
      const client = await admin.createServiceClient(realm);
      await admin.done('PATCH', `/realms/${realm}/clients/${client.id}`, { enabled: false });
      disabled.push(client);
      await sleep(500);
      await program.kill();
      const result = await load.finish();
      expect(result.unexpected).toEqual([]);
      expect(result.granted).toBeGreaterThan(0);
      jtis.push(...result.jtis);
      await program.run();
    }
    expect((await ask('GET', keySetPath(realm))).text).toBe(keys);
    for (const client of disabled) expect((await clientCredentials(client)).status).toBe(401);
    jtis.push(
      ...(await Promise.all(clients.map(async (client) => tokenOf(await clientCredentials(client)).claims.jti))),
    );
    expect(new Set(jtis).size).toBe(jtis.length);
    expect(await missingFromLog(admin, realm, jtis, 10_000)).toEqual([]);
  }, 180_000);
});
