import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Administrator, type RealmBody, type TestClient } from '../e2e/support/administrator.js';
import { clientCredentials, tokenOf } from '../e2e/support/protocol.js';
import { useShape } from '../e2e/support/shape.js';
import { Standalone } from '../e2e/support/standalone.js';
import { Auditor } from './support/auditor.js';

const DAY_MS = 86_400_000;
const ROOT = join(import.meta.dirname, '..', '..');
const MOVED_CLOCK = join(import.meta.dirname, 'support/moved-clock.mjs');

/** Settings of a program for which it is so many days ago; its database is in its process and goes by the same clock. */
function daysAgo(days: number): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import ${MOVED_CLOCK}`, CHANCERY_TEST_CLOCK_MS: String(-days * DAY_MS) };
}

/** A log that has lived for a hundred days: what is over is dropped, and all the rest can still be proven. */
describe('retention, as time passes', () => {
  let program: Standalone;
  let admin: Administrator;
  let realm: RealmBody;
  let client: TestClient;
  let auditor: Auditor;

  const signIn = async (): Promise<Administrator> => {
    useShape(program.shape);
    return Administrator.signIn();
  };
  const tokens = async (count: number): Promise<readonly string[]> => {
    const answers = await Promise.all(Array.from({ length: count }, () => clientCredentials(client)));
    const jtis = answers.map((answer) => tokenOf(answer).claims.jti);
    for (const jti of jtis) await admin.auditEvents(realm.name, { jti });
    return jtis;
  };
  const again = async (days: number): Promise<void> => {
    await program.kill();
    await program.run(daysAgo(days));
    admin = await signIn();
  };

  beforeAll(async () => {
    execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] });
    program = await Standalone.start(ROOT, { env: daysAgo(100) });
    admin = await signIn();
    realm = await admin.createRealm();
    client = await admin.createServiceClient(realm.name);
  }, 120_000);

  afterAll(async () => {
    auditor.dispose();
    await program.stop();
  });

  it('G3: drops what is over, tells of it, and what remains verifies against a checkpoint from before', async () => {
    const forever = await tokens(5);
    await admin.done('PUT', `/realms/${realm.name}/audit/retention`, { retention: '30d' });

    await again(98);
    const over = [...(await tokens(20))];
    auditor = await Auditor.of(admin, realm.name, program.shape.baseUrls);
    // It lies in the middle of what will be dropped.
    over.push(...(await tokens(20)));
    expect((await auditor.verifiedEvents()).flatMap(({ jti }) => jti ?? [])).toEqual(
      expect.arrayContaining([...forever, ...over]),
    );

    await again(0);
    const fresh = await tokens(5);
    const [told] = await admin.auditEvents(realm.name, { type: 'audit.retention_applied' });
    expect(told).toMatchObject({
      actor: { kind: 'system' },
      details: { retention: '30d', events: expect.any(Number) },
    });
    const { text } = await admin.ask('GET', `/realms/${realm.name}/audit/export`);
    expect(text).toContain('"kind":"dropped"');
    for (const jti of over) expect(text).not.toContain(jti);
    for (const jti of [...forever, ...fresh]) expect(text).toContain(jti);
    auditor.admin = admin;
    const summary = await auditor.verify(text);
    expect(summary).toMatch(/^sound: /);
    expect(summary).not.toContain('note:');
    expect(Number(/dropped +(\d+)/.exec(summary)?.[1])).toBeGreaterThanOrEqual(over.length);

    // Before and after what was dropped, each record can be proven on its own; of the dropped none is found.
    for (const jti of [forever[0] ?? '', fresh[0] ?? '']) {
      const [event] = await admin.auditEvents(realm.name, { jti });
      expect((await admin.ask('GET', `/realms/${realm.name}/audit/events/${event?.id ?? ''}/proof`)).status).toBe(200);
    }
    expect(await admin.auditEvents(realm.name, { jti: over[0] ?? '' }, 0)).toEqual([]);
    // Without the record that tells of it, what is missing would not be accounted for.
    const untold = text.replace(/"type":"audit\.retention_applied"/g, '"type":"audit.exported"');
    await expect(auditor.verify(untold)).rejects.toThrow(/NOT SOUND/);
  }, 180_000);
});
