import {
  hashFromBase64,
  leafHash,
  openCheckpoint,
  parseVerifierKey,
  verifyConsistency,
  verifyInclusion,
  type Checkpoint,
  type VerifierKey,
} from '#transparency';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, type Page, type RealmBody, type TestClient } from './support/administrator.js';
import { expectProblem } from './support/http.js';
import { clientCredentials, tokenOf } from './support/protocol.js';

interface ProofBody {
  readonly leaf_index: number;
  readonly tree_size: number;
  readonly leaf_hash: string;
  readonly inclusion_path: readonly string[];
  readonly checkpoint: string;
  readonly leaf_data: string;
  readonly personal: string | null;
}

const hashes = (texts: readonly string[]): readonly Uint8Array[] => texts.map(hashOf);

function hashOf(text: string): Uint8Array {
  const hash = hashFromBase64(text);
  if (hash === null) throw new Error(`no hash: ${text}`);
  return hash;
}

describe('proofs of the audit log', () => {
  let admin: Administrator;
  let realm: RealmBody;
  let client: TestClient;
  let audit: string;
  let key: VerifierKey;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
    client = await admin.createServiceClient(realm.name);
    audit = `/realms/${realm.name}/audit`;
    const keys = await admin.done<Page<{ verifier_key: string }>>('GET', `${audit}/keys`);
    key = parseVerifierKey(keys.data[0]?.verifier_key ?? '');
  });

  const checkpoint = async (query = ''): Promise<Checkpoint & { readonly note: string }> => {
    const answer = await admin.ask('GET', `${audit}/checkpoint${query}`);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    return { ...openCheckpoint(answer.text, [key]), note: answer.text };
  };
  const grown = async (beyond: number): Promise<Checkpoint> => {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const signed = await checkpoint();
      if (signed.size > beyond) return signed;
      if (Date.now() > deadline) throw new Error('no checkpoint was signed within 20 s');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };

  it('show that an event of a request is in the log, under a signature of the realm’s key', async () => {
    const { jti } = tokenOf(await clientCredentials(client)).claims;
    const [event] = await admin.auditEvents(realm.name, { jti });
    const { data } = await admin.done<{ data: ProofBody }>('GET', `${audit}/events/${event?.id ?? ''}/proof`);
    const { size, rootHash } = openCheckpoint(data.checkpoint, [key]);
    expect(size).toBe(data.tree_size);
    expect(Buffer.from(leafHash(data.leaf_data)).toString('base64')).toBe(data.leaf_hash);
    expect(JSON.parse(data.leaf_data)).toMatchObject({ event: { id: event?.id, jti, realm_id: realm.id } });
    const claim = {
      leafIndex: data.leaf_index,
      leafHash: hashOf(data.leaf_hash),
      treeSize: size,
      rootHash,
      path: hashes(data.inclusion_path),
    };
    expect(verifyInclusion(claim)).toBe(true);
    expect(verifyInclusion({ ...claim, leafHash: leafHash('{}') })).toBe(false);
  });

  it('show that the log of a checkpoint that was kept is the beginning of today’s', async () => {
    const kept = await grown(0);
    await clientCredentials(client);
    const later = await grown(kept.size);
    const { data } = await admin.done<{
      data: { tree_size_1: number; tree_size_2: number; consistency_path: readonly string[] };
    }>('GET', `${audit}/consistency?from=${String(kept.size)}&to=${String(later.size)}`);
    expect([data.tree_size_1, data.tree_size_2]).toEqual([kept.size, later.size]);
    const claim = {
      size1: kept.size,
      root1: kept.rootHash,
      size2: later.size,
      root2: later.rootHash,
      path: hashes(data.consistency_path),
    };
    expect(verifyConsistency(claim)).toBe(true);
    expect(verifyConsistency({ ...claim, root1: later.rootHash })).toBe(false);
  });

  it('keep every checkpoint', async () => {
    const last = await grown(0);
    const list = await admin.done<Page<{ size: number; note: string }>>('GET', `${audit}/checkpoints?limit=200`);
    expect(list.data.length).toBe(list.page.total);
    expect(list.data.map(({ size }) => size)).toContain(last.size);
    for (const { size, note } of list.data) {
      expect((await checkpoint(`?size=${String(size)}`)).note).toBe(note);
      expect(openCheckpoint(note, [key]).size).toBe(size);
    }
  });

  it('exist for events of no known realm, for `master` alone', async () => {
    await clientCredentials({ ...client, realm: 'no-such-realm' });
    const answer = await admin.ask('GET', '/realms/master/audit/checkpoint?scope=unknown_realm');
    expect(answer.text).toMatch(/^chancery\/audit\/00000000-0000-0000-0000-000000000000\n/);
    const ofRealm = await admin.ask('GET', `/realms/master/audit/keys?scope=${realm.id}`);
    expect((ofRealm.body as Page<{ name: string }>).data[0]?.name).toBe(`chancery/audit/${realm.id}`);
    expectProblem(await admin.ask('GET', `${audit}/checkpoint?scope=unknown_realm`), 404);
  });

  it.each([
    ['checkpoint?size=999999999', 404],
    ['checkpoint?size=-1', 422],
    ['checkpoint?size=01', 422],
    ['checkpoint?size=99999999999999999999', 422],
    ['checkpoint?scope=other', 422],
    ['checkpoints?cursor=bm90IG91cnM', 400],
    ['consistency?from=999999999', 422],
    ['consistency?from=0&to=999999999', 422],
    ['consistency?from=1&to=x', 422],
    ['events/0197c1f0-0000-7000-8000-000000000001/proof', 404],
    ['keys?unknown=1', 422],
  ])('say what is wrong with %s', async (path, status) => {
    expectProblem(await admin.ask('GET', `${audit}/${path}`), status);
  });

  it('are of this realm’s events only', async () => {
    const other = await admin.createRealm();
    const [event] = await admin.auditEvents(other.name, { type: 'realm.created' });
    expectProblem(await admin.ask('GET', `${audit}/events/${event?.id ?? ''}/proof`), 404);
  });
});
