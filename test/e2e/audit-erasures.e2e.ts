import { leafHash } from '#transparency';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, type RealmBody } from './support/administrator.js';
import { expectProblem } from './support/http.js';
import { clientCredentials, tokenOf } from './support/protocol.js';

interface ProofBody {
  readonly leaf_hash: string;
  readonly leaf_data: string;
  readonly personal: string | null;
}

describe('erasure of personal data', () => {
  let admin: Administrator;
  let realm: RealmBody;
  let path: string;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
    path = `/realms/${realm.name}/audit/erasures`;
  });

  /** A service account with a token of its own, hence an event with an address. */
  const somebody = async () => {
    const client = await admin.createServiceClient(realm.name);
    const { jti, sub } = tokenOf(await clientCredentials(client)).claims;
    const [event] = await admin.auditEvents(realm.name, { jti: String(jti) });
    return { client, subject: String(sub), event };
  };

  it('takes address and user agent, tells of it, and leaves the event provable', async () => {
    const { subject, event } = await somebody();
    const id = event?.id ?? '';
    const ip = String(event?.ip);
    expect(event).toMatchObject({ ip: expect.any(String), subject_id: subject });
    expect(event).not.toHaveProperty('erased_at');
    const proof = () => admin.done<{ data: ProofBody }>('GET', `/realms/${realm.name}/audit/events/${id}/proof`);
    const before = await proof();
    expect(before.data.personal).toContain(ip);
    expect(await admin.auditEvents(realm.name, { ip, subject_id: subject })).not.toEqual([]);

    const answer = await admin.ask('POST', path, { subject_id: subject, reason: 'Demand 17' });
    expect(answer.status).toBe(200);
    const { data } = answer.body as { data: { subject_id: string; erased: number } };
    expect(data.subject_id).toBe(subject);
    expect(data.erased).toBeGreaterThan(0);

    const { data: shown } = await admin.done<{ data: object }>('GET', `/realms/${realm.name}/audit/events/${id}`);
    expect(shown).toMatchObject({ id, ip: null, user_agent: null, erased_at: expect.any(String) });
    const left = await admin.auditEvents(realm.name, { ip, subject_id: subject }, 0);
    expect(left.map(({ type }) => type).filter((type) => type !== 'audit.personal_data_erased')).toEqual([]);
    const after = await proof();
    expect(after.data).toMatchObject({ personal: null, leaf_hash: before.data.leaf_hash });
    expect(Buffer.from(leafHash(after.data.leaf_data)).toString('base64')).toBe(before.data.leaf_hash);

    const [told] = await admin.auditEvents(realm.name, { type: 'audit.personal_data_erased', subject_id: subject });
    expect(told).toMatchObject({
      actor: { kind: 'user', client_id: 'admin-cli' },
      details: { reason: 'Demand 17', events: data.erased },
    });
    expect(JSON.stringify(told?.details)).not.toContain(ip);
    const again = await admin.ask('POST', path, { subject_id: subject, reason: 'Demand 17' });
    expect(again.body).toEqual({ data: { subject_id: subject, erased: 0, finished: true } });
  });

  it('reaches into no other realm', async () => {
    const { subject, event } = await somebody();
    const other = await admin.createRealm();
    const answer = await admin.ask('POST', `/realms/${other.name}/audit/erasures`, {
      subject_id: subject,
      reason: 'x',
    });
    expectProblem(answer, 404);
    const { data } = await admin.done<{ data: object }>('GET', `/realms/${realm.name}/audit/events/${event?.id ?? ''}`);
    expect(data).toMatchObject({ ip: event?.ip });
  });

  it('is for who manages events of the realm itself', async () => {
    const { client, subject } = await somebody();
    const body = { subject_id: subject, reason: 'x' };
    const give = async (permission: string) => {
      await admin.done('POST', `/realms/${realm.name}/roles`, { name: permission, permissions: [permission] });
      await admin.assignRole(client, permission);
    };
    await give('view_events');
    const viewer = new Administrator(tokenOf(await clientCredentials(client)).token);
    expectProblem(await viewer.ask('POST', path, body), 403);
    await give('manage_events');
    const manager = new Administrator(tokenOf(await clientCredentials(client)).token);
    expect((await manager.ask('POST', path, body)).status).toBe(200);
    const other = await admin.createRealm();
    const answer = await manager.ask('POST', `/realms/${other.name}/audit/erasures`, body);
    expect([401, 403, 404]).toContain(answer.status);
  });

  const subject_id = '0197c1f0-0000-7000-8000-000000000005';
  it.each([
    ['nothing', {}],
    ['no reason', { subject_id }],
    ['an empty reason', { subject_id, reason: '' }],
    ['a reason that is too long', { subject_id, reason: 'x'.repeat(501) }],
    ['no id', { reason: 'x' }],
    ['an id that is none', { subject_id: 'me', reason: 'x' }],
    ['null', { subject_id: null, reason: 'x' }],
    ['an unknown member', { subject_id, reason: 'x', all: true }],
    ['a list', []],
  ])('refuses %s', async (_name, body) => {
    const answer = await admin.ask('POST', path, body);
    expect([400, 422]).toContain(answer.status);
    expectProblem(answer, answer.status);
  });
});
