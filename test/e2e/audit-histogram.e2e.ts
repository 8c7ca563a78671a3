import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, type RealmBody, type TestClient } from './support/administrator.js';
import { expectProblem } from './support/http.js';
import { clientCredentials } from './support/protocol.js';

interface Histogram {
  readonly from: string;
  readonly to: string;
  readonly bucket: string;
  readonly buckets: readonly {
    readonly at: string;
    readonly counts: readonly { readonly type: string; readonly outcome: string; readonly count: number }[];
  }[];
}

describe('the histogram of the audit log', () => {
  let admin: Administrator;
  let realm: RealmBody;
  let client: TestClient;
  const period = {
    from: new Date(Date.now() - 7_200_000).toISOString(),
    to: new Date(Date.now() + 3_600_000).toISOString(),
  };
  const path = (query: Readonly<Record<string, string>>) =>
    `/realms/${realm.name}/audit/histogram?${new URLSearchParams(query).toString()}`;
  const counted = async (query: Readonly<Record<string, string>>, type: string, outcome: string) => {
    const { data } = await admin.done<{ data: Histogram }>('GET', path({ ...period, ...query }));
    return data.buckets
      .flatMap(({ counts }) => counts)
      .filter((count) => count.type === type && count.outcome === outcome)
      .reduce((sum, { count }) => sum + count, 0);
  };

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
    client = await admin.createServiceClient(realm.name);
    const other = await admin.createServiceClient(realm.name);
    for (const who of [client, client, other]) await clientCredentials(who);
    await clientCredentials({ ...client, secret: 'wrong' });
    await admin.auditEvents(realm.name, { type: 'token.issued' }, 3);
    await admin.auditEvents(realm.name, { type: 'token.refused' }, 1);
  });

  it('counts by type and outcome in whole buckets', async () => {
    expect(await counted({ bucket: '1h' }, 'token.issued', 'success')).toBe(3);
    expect(await counted({ bucket: '1h' }, 'token.refused', 'failure')).toBe(1);
    expect(await counted({ bucket: '15m' }, 'token.issued', 'success')).toBe(3);
    const { data } = await admin.done<{ data: Histogram }>('GET', path({ ...period, bucket: '6h' }));
    expect(data.from <= period.from && data.to >= period.to).toBe(true);
    expect(data.buckets.map(({ at }) => at)[0]).toBe(data.from);
    expect(data.buckets.every(({ at }) => Date.parse(at) % 21_600_000 === 0)).toBe(true);
  });

  it('takes the filters of the list', async () => {
    expect(await counted({ client_id: client.clientId }, 'token.issued', 'success')).toBe(2);
    expect(await counted({ client_id: client.clientId, outcome: 'failure' }, 'token.issued', 'success')).toBe(0);
    expect(await counted({ type: 'token.refused' }, 'token.issued', 'success')).toBe(0);
  });

  it('shows nothing of another realm', async () => {
    const other = await admin.createRealm();
    const { data } = await admin.done<{ data: Histogram }>(
      'GET',
      `/realms/${other.name}/audit/histogram?${new URLSearchParams({ ...period, type: 'token.issued' }).toString()}`,
    );
    expect(data.buckets.flatMap(({ counts }) => counts)).toEqual([]);
  });

  it.each([
    ['no period', {}],
    ['half a period', { from: period.from }],
    ['a period that ends before it begins', { from: period.to, to: period.from }],
    ['no time', { from: 'yesterday', to: period.to }],
    ['the end of time', { from: '9999-12-31T00:00:00Z', to: '9999-12-31T23:59:59Z' }],
    ['its beginning', { from: '0000-01-01T00:00:00Z', to: '0000-01-02T00:00:00Z' }],
    ['its beginning, in weeks', { from: '0000-01-01T00:00:00Z', to: '0000-01-02T00:00:00Z', bucket: '7d' }],
    ['a bucket that does not exist', { ...period, bucket: '2h' }],
    ['more than 500 buckets', { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z', bucket: '1m' }],
    ['an unknown type', { ...period, type: 'nothing.happened' }],
    ['an unknown member', { ...period, buckets: '3' }],
    ['a cursor', { ...period, cursor: 'x' }],
  ])('refuses %s', async (_name, query) => {
    expectProblem(await admin.ask('GET', path(query as Record<string, string>)), 422);
  });
});
