import {
  ListAuditKeys,
  ProveAuditConsistency,
  ProveAuditEvent,
  ReadAuditCheckpoint,
  ReadAuditExport,
  type AuditExportCursor,
  type ReplyOf,
} from '#contracts';
import { newCallContext, type MessageClient } from '#messaging';
import {
  fromBase64,
  leafHash,
  openCheckpoint,
  parseVerifierKey,
  verifyConsistency,
  verifyExport,
  verifyInclusion,
  type VerifierKey,
} from '#transparency';
import { Client } from 'pg';
import { growTree, LARGEST_REALM, type GrownTree } from './audit-tree.js';

/** Records that are exported and verified, at most. */
const EXPORTED = 200_000;
const OF_REALM = { realm: 'bench', realmId: LARGEST_REALM };
const OF_TREE = { ...OF_REALM, scope: null };

interface Row {
  readonly name: string;
  readonly makingMs: number[];
  readonly bytes: number[];
  readonly checkingMs: number[];
}

/** Grows the tree of the largest realm of the log and measures what proves it: making, size, checking. */
export async function benchProofs(databaseUrl: string, client: MessageClient, times: number): Promise<void> {
  const database = new Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    const tree = await growTree(database, times);
    const { items } = await client.call(ListAuditKeys, OF_TREE, context());
    await client.call(ReadAuditCheckpoint, { ...OF_TREE, size: null }, context());
    const keys = (items.length > 0 ? items : (await client.call(ListAuditKeys, OF_TREE, context())).items).map(
      ({ verifierKey }) => parseVerifierKey(verifierKey),
    );
    const young = await signing(database, client, tree, keys);
    const rows = [await inclusion(database, client, tree, keys, times), await consistency(client, tree, times), young];
    console.log(
      `\n| a tree of ${tree.size.toLocaleString('en')} events | to make, p50 ms | p99 ms | bytes, median | to check, ms |`,
    );
    console.log('|---|---|---|---|---|');
    for (const { name, makingMs, bytes, checkingMs } of rows) {
      const made = [at(makingMs, 0.5), at(makingMs, 0.99)].map((ms) => ms.toFixed(1)).join(' | ');
      console.log(`| ${name} | ${made} | ${at(bytes, 0.5).toLocaleString('en')} | ${at(checkingMs, 0.5).toFixed(2)} |`);
    }
    await exporting(client, tree, keys);
  } finally {
    await database.end();
  }
}

const context = () => newCallContext({ deadlineMs: 20_000 });
const at = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(Math.ceil(values.length * share), values.length) - 1] ?? Number.NaN;
const row = (name: string): Row => ({ name, makingMs: [], bytes: [], checkingMs: [] });

async function timed<T>(into: number[], work: () => Promise<T> | T): Promise<T> {
  const begun = performance.now();
  const result = await work();
  into.push(performance.now() - begun);
  return result;
}

/** Proofs of events anywhere in the tree, under a checkpoint that is there. */
async function inclusion(
  database: Client,
  client: MessageClient,
  { size }: GrownTree,
  keys: readonly VerifierKey[],
  times: number,
): Promise<Row> {
  const result = row('proof of an event');
  for (let time = 0; time < times; time += 1) {
    const id = await eventAt(database, Math.floor(Math.random() * size));
    const proof = await timed(result.makingMs, () =>
      client.call(ProveAuditEvent, { ...OF_REALM, id, size: null }, context()),
    );
    result.bytes.push(JSON.stringify(proof).length);
    await timed(result.checkingMs, () => checkInclusion(proof, keys));
  }
  return result;
}

/** Proofs of events that have come since the last checkpoint: one is signed for each. */
async function signing(
  database: Client,
  client: MessageClient,
  tree: GrownTree,
  keys: readonly VerifierKey[],
): Promise<Row> {
  const result = row('checkpoint, and proof of an event that is younger than the last');
  for (let last = await tree.growOn(); last !== null; last = await tree.growOn()) {
    const id = await eventAt(database, last);
    const proof = await timed(result.makingMs, () =>
      client.call(ProveAuditEvent, { ...OF_REALM, id, size: null }, context()),
    );
    result.bytes.push(proof.checkpoint.length);
    await timed(result.checkingMs, () => checkInclusion(proof, keys));
  }
  return result;
}

/** Proofs that the tree begins with what it was once. */
async function consistency(client: MessageClient, tree: GrownTree, times: number): Promise<Row> {
  const result = row('proof that it begins with an older tree');
  const root = tree.root();
  for (let time = 0; time < times; time += 1) {
    const older = tree.older[Math.floor(Math.random() * tree.older.length)];
    if (older === undefined) break;
    const request = { ...OF_TREE, from: older.size, to: tree.size };
    const proof = await timed(result.makingMs, () => client.call(ProveAuditConsistency, request, context()));
    result.bytes.push(JSON.stringify(proof).length);
    await timed(result.checkingMs, () => {
      const path = proof.consistencyPath.map(bytesOf);
      const claim = { size1: older.size, root1: older.root, size2: tree.size, root2: root, path };
      if (!verifyConsistency(claim)) throw new Error('a consistency proof does not hold');
    });
  }
  return result;
}

/** The newest records, as far as they go, and what an auditor does with them without the service. */
async function exporting(client: MessageClient, { size }: GrownTree, keys: readonly VerifierKey[]): Promise<void> {
  const firstIndex = Math.max(0, size - EXPORTED);
  const pages: Uint8Array[] = [];
  const making: number[] = [];
  await timed(making, async () => {
    let cursor: AuditExportCursor | null = null;
    do {
      const page: ReplyOf<typeof ReadAuditExport> = await client.call(
        ReadAuditExport,
        { ...OF_TREE, firstIndex, cursor },
        context(),
      );
      pages.push(Buffer.from(page.text));
      cursor = page.next;
    } while (cursor !== null);
  });
  const checking: number[] = [];
  const verdict = await timed(checking, () =>
    verifyExport(
      (async function* () {
        for (const page of pages) yield await Promise.resolve(page);
      })(),
      { keys },
    ),
  );
  if (!verdict.ok) throw new Error(`the export is not sound: ${verdict.problem.kind}`);
  const rate = (times: readonly number[]): string => ((verdict.report.records * 1_000) / at(times, 1)).toFixed(0);
  const bytes = pages.reduce((sum, page) => sum + page.length, 0) / verdict.report.records;
  console.log(`\n| export of ${verdict.report.records.toLocaleString('en')} events | |\n|---|---|`);
  console.log(`| read, events/s | ${rate(making)} |\n| bytes for each | ${bytes.toFixed(0)} |`);
  console.log(`| verified offline, events/s | ${rate(checking)} |`);
}

function checkInclusion(proof: ReplyOf<typeof ProveAuditEvent>, keys: readonly VerifierKey[]): void {
  const { size, rootHash } = openCheckpoint(proof.checkpoint, keys);
  const claim = {
    leafIndex: proof.leafIndex,
    leafHash: leafHash(proof.leafData),
    treeSize: size,
    rootHash,
    path: proof.inclusionPath.map(bytesOf),
  };
  if (!verifyInclusion(claim)) throw new Error('an inclusion proof does not hold');
}

function bytesOf(text: string): Uint8Array {
  const bytes = fromBase64(text);
  if (bytes === null) throw new Error('a hash is no base64');
  return bytes;
}

async function eventAt(database: Client, leaf: number): Promise<string> {
  const { rows } = await database.query<{ id: string }>(
    'SELECT id FROM audit.events WHERE realm_id = $1 AND leaf_index = $2',
    [LARGEST_REALM, leaf],
  );
  const [found] = rows;
  if (found === undefined) throw new Error(`no event has the leaf ${String(leaf)}`);
  return found.id;
}
