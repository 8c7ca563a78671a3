import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator } from './support/administrator.js';

interface Result {
  readonly changes: readonly unknown[];
  readonly abridged: boolean;
}

const COUNT = Number(process.env['CHANCERY_LARGE_REALM'] ?? 1_500);

describe('a large realm as a document', () => {
  let admin: Administrator;

  beforeAll(async () => {
    admin = await Administrator.signIn();
  });

  it(`of ${COUNT} clients with service accounts, roles and assignments is applied, exported, and has no changes then`, async () => {
    const { name: realm } = await admin.createRealm();
    const names = Array.from({ length: COUNT }, (_, index) => `client-${String(index).padStart(5, '0')}`);
    const document = {
      version: 1,
      roles: [{ name: 'auditor', permissions: ['view_events'] }],
      clients: names.map((name) => ({
        client_id: name,
        service_account_enabled: true,
        redirect_uris: [`https://${name}.example/cb`],
      })),
      assignments: names.map((name) => ({ client_id: name, roles: ['auditor'] })),
    };
    const took: Record<string, number> = {};
    const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      const started = performance.now();
      const result = await work();
      took[what] = Math.round(performance.now() - started);
      return result;
    };
    const send = (action: string, body: object) => admin.done<Result>('POST', `/realms/${realm}/${action}`, body);
    const planned = await timed('plan', () => send('plan', document));
    expect(planned.changes).toHaveLength(2 * COUNT + 1);
    await timed('apply', () => send('apply', document));
    expect((await timed('apply again', () => send('apply', document))).changes).toEqual([]);
    const exported = await timed('export', () => admin.done<typeof document>('GET', `/realms/${realm}/export`));
    expect(exported.clients).toHaveLength(COUNT);
    const again = await timed('plan with prune', () => send('plan', { ...exported, prune: true }));
    expect(again.changes).toEqual([]);
    if (process.env['CHANCERY_LARGE_REALM'] !== undefined) process.stdout.write(`${JSON.stringify(took)}\n`);
  }, 300_000);
});
