import { beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { InMemoryHistoryLog } from '../testing/in-memory-history-log.js';
import { ListTokensCarrying, type SearchPosition } from './list-tokens-carrying.js';

const REALM = '0196d0de-0000-7000-8000-0000000000aa';
const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12) + minute * 60_000);

let log: InMemoryHistoryLog;
let list: ListTokensCarrying;
beforeEach(() => {
  log = new InMemoryHistoryLog();
  list = new ListTokensCarrying(log);
  record('realm.created', -600, { realm: { access_token_lifetime: 300 } });
});

function record(type: string, minute: number, details: Record<string, unknown>, jti: string | null = null): void {
  log.events.push({
    ...{ id: uuidv7({ msecs: at(minute).getTime() }), realm_id: REALM, type, time: at(minute).toISOString(), jti },
    ...{ client_id: 'app', subject_id: 's', ip: '192.0.2.1', target: null, details },
  });
}

function issue(jti: string, minute: number, details: Record<string, unknown> = {}, lifetimeSeconds = 300): void {
  const expires_at = at(minute).getTime() / 1_000 + lifetimeSeconds;
  record(
    'token.issued',
    minute,
    { scope: 'a b', audience: ['billing'], permissions: { billing: ['a', 'b'] }, expires_at, ...details },
    jti,
  );
}

async function carrying(
  asked: { permission?: string; audience?: string | null; from?: number; to?: number; limit?: number } = {},
) {
  const found: string[] = [];
  let after: SearchPosition | null = null;
  do {
    const page = await list.execute({
      ...{ realmId: REALM, permission: asked.permission ?? 'a', audience: asked.audience ?? null, after },
      ...{ from: at(asked.from ?? 0), to: at(asked.to ?? 10), limit: asked.limit ?? 50 },
    });
    found.push(...page.tokens.map(({ jti }) => jti));
    after = page.next;
  } while (after !== null);
  return found;
}

describe('tokens that carried a permission', () => {
  it('were alive in the window: issued before its end, not expired at its beginning', async () => {
    issue('expired', -5);
    issue('just-alive', -4);
    issue('inside', 3);
    issue('later', 10);
    expect(await carrying()).toEqual(['inside', 'just-alive']);
  });

  it('are found however long the longest of them live, also when a client or a realm was changed since', async () => {
    issue('of-the-client', -60, {}, 7_200);
    record('client.created', -120, { client: { access_token_lifetime: 7_200 } });
    expect(await carrying()).toEqual(['of-the-client']);
    issue('of-the-realm', -300, {}, 36_000);
    expect(await carrying()).toEqual(['of-the-client']);
    record('realm.updated', -10, { changes: { access_token_lifetime: { before: 36_000, after: 60 } } });
    expect(await carrying()).toEqual(['of-the-client', 'of-the-realm']);
  });

  it('are found when the log does not tell how long tokens lived', async () => {
    log.events.length = 0;
    issue('old', -60 * 24 * 300, {}, 31_000_000);
    expect(await carrying()).toEqual(['old']);
  });

  it('carried the very permission', async () => {
    issue('it', 1, { scope: 'x invoices:read y' });
    issue('longer', 2, { scope: 'invoices:read:all' });
    issue('elsewhere', 3, { scope: 'x', requested_scope: 'invoices:read' });
    expect(await carrying({ permission: 'invoices:read' })).toEqual(['it']);
  });

  it('carried it for the API that is asked about', async () => {
    issue('one', 1);
    issue('another', 2, { audience: ['shipping'], permissions: { shipping: ['a', 'b'] } });
    const permissions = { billing: ['a'], shipping: ['b'] };
    issue('both', 3, { audience: ['billing', 'shipping'], permissions });
    expect(await carrying({ audience: 'billing' })).toEqual(['both', 'one']);
    expect(await carrying({ audience: 'shipping' })).toEqual(['another']);
    expect(await carrying({ audience: '__proto__' })).toEqual([]);
    expect(await carrying()).toEqual(['both', 'another', 'one']);
  });

  it('are all found in pages and in bounded looks', async () => {
    const jtis = Array.from({ length: 23 }, (_, n) => `t${String(n)}`);
    for (const [n, jti] of jtis.entries()) issue(jti, n / 4, { scope: n % 3 === 0 ? 'b' : 'a' });
    const expected = jtis.filter((_, n) => n % 3 !== 0).toReversed();
    for (const [limit, scanLimit] of [
      [50, 50_000],
      [1, 50_000],
      [4, 5],
      [50, 1],
    ] as const) {
      log.scanLimit = scanLimit;
      expect(await carrying({ limit })).toEqual(expected);
    }
  });
});
