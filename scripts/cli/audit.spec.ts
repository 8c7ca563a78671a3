import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompactRange,
  formatVerifierKey,
  layDown,
  makeLeaf,
  signCheckpoint,
  verifierKey,
  writeExport,
  type ExportSource,
  type NoteSigner,
  type StoredRecord,
} from '#transparency';
import { run } from './run.js';

const REALM = '0197c1f0-0000-7000-8000-00000000000a';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
const signer: NoteSigner = { privateKey, verifier: verifierKey(`chancery/audit/${REALM}`, raw) };
const key = formatVerifierKey(signer.verifier);

/** An export of ten records, and the checkpoint that was signed after five of them. */
async function exported(): Promise<{ lines: readonly string[]; kept: string }> {
  const range = CompactRange.empty();
  const notes: { size: number; note: string }[] = [];
  const records = Array.from({ length: 10 }, (_, leafIndex): StoredRecord => {
    const laidDown = layDown({
      id: `event-${leafIndex}`,
      realm_id: REALM,
      ip: null,
      user_agent: null,
      details: {},
    } as never);
    const leaf = makeLeaf(laidDown);
    range.append(leaf.leafHash);
    const { size } = range;
    const note = signCheckpoint({ origin: signer.verifier.name, size, rootHash: range.root() }, signer);
    notes.push({ size, note });
    return { ...laidDown, ...leaf, leafIndex };
  });
  const end = notes[9] ?? { size: 0, note: '' };
  const source: ExportSource = {
    origin: signer.verifier.name,
    realmId: REALM,
    end,
    leafHashes: (from, to) => Promise.resolve(records.slice(from, to).map(({ leafHash }) => leafHash)),
    subtreeHashes: () => Promise.resolve([]),
    records: (from, to, limit) => Promise.resolve(records.slice(from, Math.min(to, from + limit))),
    strays: () => Promise.resolve([]),
    checkpoints: (from, to) => Promise.resolve(notes.filter(({ size }) => size === 5 && size >= from && size < to)),
  };
  const lines: string[] = [];
  for await (const line of writeExport(source)) lines.push(line);
  return { lines, kept: notes[4]?.note ?? '' };
}

describe('chancery audit verify', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chancery-audit-'));
  const path = (name: string): string => join(folder, name);
  let lines: readonly string[];
  let kept: string;

  beforeAll(async () => {
    ({ lines, kept } = await exported());
    writeFileSync(path('export.ndjson'), lines.join(''));
    writeFileSync(path('keys.txt'), `${key}\n`);
    writeFileSync(path('kept.txt'), kept);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const verify = async (...args: readonly string[]) => {
    let [out, error] = ['', ''];
    const code = await run(['audit', 'verify', ...args], {
      environment: {},
      out: { write: (text: string) => (out += text) },
      error: { write: (text: string) => (error += text) },
    });
    return { code, out, error };
  };

  it('says that an export is sound', async () => {
    for (const given of [key, path('keys.txt')]) {
      const { code, out } = await verify(path('export.ndjson'), '--key', given, '--checkpoint', path('kept.txt'));
      expect({ code, out }).toEqual({
        code: 0,
        out: expect.stringMatching(/^sound: chancery\/audit.*\n {2}records {6}10\n/),
      });
    }
  });

  it('names the first record that was altered', async () => {
    const text = readFileSync(path('export.ndjson'), 'utf8').replace('"id":"event-7"', '"id":"event-x"');
    writeFileSync(path('forged.ndjson'), text);
    expect(await verify(path('forged.ndjson'), '--key', key)).toEqual({
      code: 2,
      out: '',
      error: expect.stringMatching(
        /^NOT SOUND \(altered\)\n {2}record 7 was altered: .*\n {2}line \d+, record 7, event event-x\n$/,
      ),
    });
  });

  it('finds a log that does not begin with what was kept', async () => {
    const { lines: others } = await exported();
    writeFileSync(path('rewritten.ndjson'), others.join(''));
    const { code, error } = await verify(path('rewritten.ndjson'), '--key', key, '--checkpoint', path('kept.txt'));
    expect({ code, error }).toEqual({ code: 2, error: expect.stringContaining('history was rewritten') });
  });

  it('says that an export was cut off, or is none', async () => {
    writeFileSync(path('cut.ndjson'), lines.join('').slice(0, -20));
    expect(await verify(path('cut.ndjson'), '--key', key)).toMatchObject({
      code: 2,
      error: expect.stringContaining('cut off'),
    });
    writeFileSync(path('garbage.ndjson'), Buffer.alloc(100_000, 0xff));
    expect((await verify(path('garbage.ndjson'), '--key', key)).code).toBe(2);
  });

  it.each([
    [[], 'Usage:'],
    [['export.ndjson'], '--key'],
    [['export.ndjson', '--key', 'nonsense'], 'neither a verifier key nor a file'],
    [['no-such-file', '--key', key], 'no-such-file'],
    [['export.ndjson', '--key', key, '--checkpoint', 'no-such-file'], 'Cannot read'],
    [['export.ndjson', '--key', key, '--checkpoint', 'keys.txt'], 'Cannot verify'],
    [['export.ndjson', '--key', key, '--consistency', 'keys.txt'], 'is not JSON'],
    [['export.ndjson', '--unknown'], 'Usage:'],
  ])('says what it needs: %j', async (args, message) => {
    const inFolder = args.map((arg) => (/\.(ndjson|txt)$|^no-such/.test(arg) ? path(arg) : arg));
    expect(await verify(...inFolder)).toMatchObject({ code: 1, error: expect.stringContaining(message) });
  });
});
