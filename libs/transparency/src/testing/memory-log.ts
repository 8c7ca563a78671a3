import { generateKeyPairSync } from 'node:crypto';
import { type ExportSource } from '../export/write-export.js';
import { type StoredRecord, type StrayRecord } from '../export/lines.js';
import { layDown, makeLeaf } from '../leaf/event-leaf.js';
import { signCheckpoint } from '../note/checkpoint.js';
import { verifierKey, type NoteSigner } from '../note/verifier-key.js';
import { TreeReader } from '../tree/tree-reader.js';
import { MemoryTree } from './memory-tree.js';

/** A key for a log of this name. */
export function newSigner(name: string): NoteSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  return { privateKey, verifier: verifierKey(name, raw) };
}

/** A whole log in memory. */
export class MemoryLog implements ExportSource {
  readonly origin: string;
  readonly tree = new MemoryTree();
  readonly stored: (StoredRecord | null)[] = [];
  private readonly signed: { size: number; note: string }[] = [];

  constructor(
    readonly signer: NoteSigner,
    readonly realmId: string,
  ) {
    this.origin = signer.verifier.name;
  }

  add(event: Readonly<Record<string, unknown>>): void {
    const laidDown = layDown({ ip: '192.0.2.1', user_agent: null, details: {}, ...event });
    const { leafHash, personalHash, salt } = makeLeaf(laidDown);
    this.stored.push({ ...laidDown, leafIndex: this.stored.length, leafHash, personalHash, salt });
    this.tree.append(leafHash);
  }

  sign(): string {
    const { size } = this.tree.range;
    const note = signCheckpoint({ origin: this.origin, size, rootHash: this.tree.range.root() }, this.signer);
    if (this.signed.at(-1)?.size !== size) this.signed.push({ size, note });
    return note;
  }

  erase(leafIndex: number): void {
    const record = this.stored[leafIndex];
    if (record) this.stored[leafIndex] = { ...record, personal: null, salt: null };
  }

  drop(begin: number, end: number): void {
    this.stored.fill(null, begin, end);
  }

  /** Drops records whose time is over, tells of it in the log, and signs. */
  retire(ranges: readonly (readonly [begin: number, end: number])[]): void {
    for (const [begin, end] of ranges) this.drop(begin, end);
    const leaves = ranges.map(([begin, end]) => [begin, end - 1]);
    this.add({ type: 'audit.retention_applied', realm_id: this.realmId, details: { events: 1, leaves } });
    this.sign();
  }

  get end(): { size: number; note: string } {
    const last = this.signed.at(-1);
    if (last === undefined) throw new Error('nothing was signed');
    return last;
  }

  leafHashes(begin: number, end: number): Promise<readonly Uint8Array[]> {
    return this.tree.nodes(0, begin, end);
  }

  subtreeHashes(begin: number, end: number): Promise<readonly Uint8Array[]> {
    return new TreeReader(this.tree, this.tree.range.size).subtreeHashes({ begin, end });
  }

  records(begin: number, end: number, limit: number): Promise<readonly StoredRecord[]> {
    const there = this.stored.slice(begin, end).filter((record) => record !== null);
    return Promise.resolve(there.slice(0, limit));
  }

  strays(): Promise<readonly StrayRecord[]> {
    return Promise.resolve([]);
  }

  checkpoints(begin: number, end: number): Promise<readonly { size: number; note: string }[]> {
    return Promise.resolve(this.signed.filter(({ size }) => size >= begin && size < end));
  }
}
