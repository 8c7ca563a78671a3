import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toBase64 } from '../base64.js';
import { canonicalJson } from '../leaf/canonical-json.js';
import { leafData } from '../leaf/event-leaf.js';
import { signCheckpoint } from '../note/checkpoint.js';
import { proveConsistency } from '../tree/prove.js';
import { leafHash } from '../tree/hashes.js';
import { TreeReader } from '../tree/tree-reader.js';
import { MemoryLog, newSigner } from '../testing/memory-log.js';
import { type ExportProblem } from './problem.js';
import { verifyExport, type ExportVerdict, type VerifyExportOptions } from './verify-export.js';
import { beginExport, writeExport, writeExportPage, type ExportCursor, type ExportPage } from './write-export.js';

const REALM = '0197c1f0-0000-7000-8000-00000000000a';
const signer = newSigner('chancery/audit/test');
const eventOf = (at: number): Record<string, unknown> => ({
  id: `event-${at}`,
  realm_id: REALM,
  subject_id: `user-${at % 7}`,
  actor: { id: null },
  target: null,
  type: 'token.issued',
});

/** A log of `size` events with checkpoints now and then. */
function logOf(size: number, everyCheckpoint = 97): MemoryLog {
  const log = new MemoryLog(signer, REALM);
  for (let at = 0; at < size; at += 1) {
    log.add(eventOf(at));
    if (at % everyCheckpoint === everyCheckpoint - 1) log.sign();
  }
  log.sign();
  return log;
}

async function linesOf(log: MemoryLog, firstIndex = 0): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of writeExport(log, firstIndex)) lines.push(line);
  return lines;
}

function verified(lines: readonly string[], options: Partial<VerifyExportOptions> = {}): Promise<ExportVerdict> {
  return verifyBytes(Buffer.from(lines.join('')), options);
}

/** In pieces of any size, as a stream comes. */
function verifyBytes(bytes: Uint8Array, options: Partial<VerifyExportOptions> = {}, piece = 1_000) {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += piece) yield await Promise.resolve(bytes.subarray(at, at + piece));
  }
  return verifyExport(chunks(), { keys: [signer.verifier], ...options });
}

function problemOf(verdict: ExportVerdict): ExportProblem {
  if (verdict.ok) throw new Error('the export was taken for sound');
  return verdict.problem;
}

type Json = Record<string, unknown>;
const parsed = (line: string | undefined): Json => JSON.parse(line ?? '{}') as Json;
const indexOfLine = (lines: readonly string[], line: number): number | null => {
  const { kind, leaf_index } = parsed(lines[line]);
  return kind === 'record' ? Number(leaf_index) : null;
};

describe('what the log says of events beside them', () => {
  it('is named with the record where it is not what the event says', async () => {
    const log = logOf(300);
    const [record] = log.stored.slice(270);
    if (record) log.stored[270] = { ...record, misfiled: ['outcome', 'type'] };
    const problem = { kind: 'altered', firstIndex: 270, lastIndex: 270, eventId: 'event-270' };
    const lines = await linesOf(log);
    expect(problemOf(await verified(lines))).toMatchObject(problem);
    for (const line of ['"misfiled":[],', '"misfiled":[7],', '"misfiled":"type",', '"misfiled":["type",8],']) {
      const changed = lines.map((text) => text.replace('"misfiled":["outcome","type"],', line));
      expect(problemOf(await verified(changed))).toMatchObject(problem);
    }
  });

  it('is named with the event where the tree has no leaf for it, after whatever else is wrong', async () => {
    class Strayed extends MemoryLog {
      override strays() {
        return Promise.resolve([{ eventId: 'stray', leafIndex: -3 }]);
      }
    }
    const log = new Strayed(signer, REALM);
    for (let at = 0; at < 20; at += 1) log.add(eventOf(at));
    log.sign();
    expect(problemOf(await verified(await linesOf(log)))).toMatchObject({
      ...{ kind: 'unexpected', firstIndex: -3, eventId: 'stray' },
    });
    log.drop(4, 5);
    expect(problemOf(await verified(await linesOf(log)))).toMatchObject({ kind: 'missing', firstIndex: 4 });
  });
});

describe('an export', () => {
  it.each([0, 1, 2, 255, 256, 257, 1_023, 1_024, 1_025, 2_500])('of %i records verifies', async (size) => {
    const verdict = await verified(await linesOf(logOf(size)));
    expect(verdict).toMatchObject({ ok: true, report: { records: size, size, dropped: 0, erased: 0, notes: [] } });
  });

  it('verifies from anywhere on, alone', async () => {
    const log = logOf(700);
    for (const first of [1, 96, 97, 256, 511, 699, 700]) {
      const verdict = await verified(await linesOf(log, first));
      expect(verdict).toMatchObject({ ok: true, report: { firstIndex: first, records: 700 - first, size: 700 } });
    }
    await expect(linesOf(log, 701)).rejects.toThrow(RangeError);
  });

  it('verifies whatever was dropped after its time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1_300 }),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 500 })), { maxLength: 5 }),
        fc.nat(),
        async (size, drops, from) => {
          const log = logOf(size, 31);
          log.retire(drops.map(([begin, count]) => [begin % size, Math.min(size, (begin % size) + count)]));
          const first = from % size;
          const verdict = await verified(await linesOf(log, first));
          const there = log.stored.slice(first).filter((record) => record !== null).length;
          expect(verdict).toMatchObject({ ok: true, report: { records: there, dropped: size + 1 - first - there } });
        },
      ),
      { numRuns: 20 },
    );
  });

  it('is the same in pages of any size', async () => {
    const log = logOf(600, 31);
    log.retire([[100, 300]]);
    const whole = (await linesOf(log)).filter((line) => parsed(line)['kind'] === 'record');
    for (const limits of [
      { records: 7, bytes: 1e6 },
      { records: 1_000, bytes: 1_000 },
      { records: 1, bytes: 1 },
    ]) {
      const lines: string[] = [];
      for (let cursor: ExportCursor | null = beginExport(log); cursor !== null;) {
        const page: ExportPage = await writeExportPage(log, cursor, limits);
        lines.push(...page.lines);
        cursor = page.next;
      }
      expect(lines.filter((line) => parsed(line)['kind'] === 'record')).toEqual(whole);
      expect(await verified(lines)).toMatchObject({ ok: true, report: { records: 401, dropped: 200 } });
    }
    await expect(writeExportPage(log, { size: 5, at: 0, lines: 0, records: 0 })).rejects.toThrow(RangeError);
  });

  it('comes in pieces of any size', async () => {
    const bytes = Buffer.from((await linesOf(logOf(30))).join(''));
    for (const piece of [1, 2, 7, bytes.length]) expect((await verifyBytes(bytes, {}, piece)).ok).toBe(true);
  });
});

describe('the first record that is wrong is named', () => {
  let lines: readonly string[];
  beforeAll(async () => {
    lines = await linesOf(logOf(600));
  });
  const at = fc.nat().map((n) => n % 600);
  const lineOfRecord = (index: number): number => lines.findIndex((_, line) => indexOfLine(lines, line) === index);

  it('when any character of any line is altered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.nat(),
        fc.constantFrom('0', 'x', '"', ' ', '}', '\n', '\u0000'),
        async (n, m, by) => {
          const line = n % lines.length;
          const text = lines[line] ?? '';
          const place = m % text.length;
          const altered = text.slice(0, place) + by + text.slice(place + 1);
          fc.pre(altered !== text);
          const problem = problemOf(await verified(lines.with(line, altered)));
          const index = indexOfLine(lines, line);
          if (index !== null) expect([problem.firstIndex, problem.lastIndex]).toEqual([index, index]);
        },
      ),
    );
  });

  it('when a record is inserted or repeated', async () => {
    await fc.assert(
      fc.asyncProperty(at, at, async (index, of) => {
        fc.pre(of <= index);
        const line = lineOfRecord(index);
        const problem = problemOf(await verified(lines.toSpliced(line + 1, 0, lines[lineOfRecord(of)] ?? '')));
        expect(problem).toMatchObject({ kind: 'unexpected', firstIndex: index + 1, eventId: `event-${of}` });
      }),
    );
  });

  it('when two records change places', async () => {
    await fc.assert(
      fc.asyncProperty(at, at, async (a, b) => {
        fc.pre(a < b);
        const [first, second] = [lineOfRecord(a), lineOfRecord(b)];
        const swapped = lines.with(first, lines[second] ?? '').with(second, lines[first] ?? '');
        expect(problemOf(await verified(swapped))).toMatchObject({
          kind: 'missing',
          firstIndex: a,
          eventId: `event-${b}`,
        });
      }),
    );
  });

  it('when any other line is dropped, repeated or moved', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.constantFrom('drop', 'repeat', 'swap'), async (n, m, how) => {
        const others = lines.flatMap((_, line) => (indexOfLine(lines, line) === null ? [line] : []));
        const line = others[n % others.length] ?? 0;
        const other = m % lines.length;
        fc.pre(how !== 'swap' || lines[other] !== lines[line]);
        const text = lines[line] ?? '';
        const altered =
          how === 'drop'
            ? lines.toSpliced(line, 1)
            : how === 'repeat'
              ? lines.toSpliced(line, 0, text)
              : lines.with(line, lines[other] ?? '').with(other, text);
        expect((await verified(altered)).ok).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  it('when it is altered with its leaf_hash', async () => {
    await fc.assert(
      fc.asyncProperty(at, async (index) => {
        const line = lineOfRecord(index);
        const forged = lines.with(line, forgedRecord(lines[line], { subject_id: 'somebody else' }));
        expect(problemOf(await verified(forged))).toMatchObject({
          kind: 'altered',
          firstIndex: index,
          eventId: `event-${index}`,
        });
      }),
    );
  });

  it('when one is dropped and all behind it are counted anew', async () => {
    await fc.assert(
      fc.asyncProperty(at, async (index) => {
        const renumbered = lines.toSpliced(lineOfRecord(index), 1).map((line) => {
          const record = parsed(line);
          if (record['kind'] !== 'record' || Number(record['leaf_index']) < index) return line;
          return `${canonicalJson({ ...record, leaf_index: Number(record['leaf_index']) - 1 })}\n`;
        });
        expect(problemOf(await verified(renumbered))).toMatchObject({ kind: 'missing', firstIndex: index });
      }),
      { numRuns: 20 },
    );
  });

  it('between two signed checkpoints, when every hash was computed anew', async () => {
    const index = 300;
    const log = new MemoryLog(signer, REALM);
    for (let n = 0; n < 600; n += 1) log.add(n === index ? { ...eventOf(n), subject_id: 'somebody else' } : eventOf(n));
    log.sign();
    const honest = lines.filter((line) => parsed(line)['kind'] === 'checkpoint').map(parsed);
    const forged = (await linesOf(log)).flatMap((line) => {
      const { kind, leaf_index } = parsed(line);
      const due = honest.find(({ size }) => size === Number(leaf_index) + 1);
      return kind === 'checkpoint' ? [] : due === undefined ? [line] : [line, `${canonicalJson(due)}\n`];
    });
    // Salts differ too, so the first signed checkpoint tells: make the records before the forged one the honest ones.
    const kept = forged.map((line) => {
      const { kind, leaf_index } = parsed(line);
      return kind === 'record' && Number(leaf_index) < index ? (lines[lineOfRecord(Number(leaf_index))] ?? '') : line;
    });
    const problem = problemOf(await verified(kept.map((line) => withLeavesOf(line, kept))));
    expect(problem).toMatchObject({ kind: 'history', firstIndex: 291, lastIndex: 387 });
  });
});

describe('an export is refused', () => {
  it('when it is cut off anywhere', async () => {
    const lines = await linesOf(logOf(40));
    const bytes = Buffer.from(lines.join(''));
    for (let length = 0; length < bytes.length; length += 211) {
      expect(problemOf(await verifyBytes(bytes.subarray(0, length)))).toMatchObject({ kind: 'cut_off' });
    }
    expect(problemOf(await verified(lines.slice(0, -1)))).toMatchObject({ kind: 'cut_off', firstIndex: 40 });
  });

  it('when something follows its end', async () => {
    const lines = await linesOf(logOf(3));
    expect(problemOf(await verified([...lines, '{}\n']))).toMatchObject({ kind: 'malformed', line: lines.length + 1 });
  });

  it('when it is garbage, binary or one endless line', async () => {
    expect(problemOf(await verified(['garbage\n']))).toMatchObject({ kind: 'malformed', line: 1, firstIndex: null });
    expect(problemOf(await verifyBytes(Buffer.from([0xff, 0xfe, 10])))).toMatchObject({
      message: 'this line is not UTF-8',
    });
    const endless = await verifyBytes(Buffer.alloc(5_000, 'a'), { longestLineBytes: 1_000 });
    expect(problemOf(endless)).toMatchObject({ message: 'this line is longer than 1000 bytes' });
    expect(problemOf(await verified(['['.repeat(100_000), '\n']))).toMatchObject({ kind: 'malformed' });
  });

  it('when the key is that of another log, or another key of the same name', async () => {
    const lines = await linesOf(logOf(3));
    const [another, sameName] = [newSigner('chancery/audit/other'), newSigner('chancery/audit/test')];
    expect(problemOf(await verified(lines, { keys: [another.verifier] }))).toMatchObject({
      kind: 'checkpoint',
      line: 1,
    });
    expect(problemOf(await verified(lines, { keys: [sameName.verifier] }))).toMatchObject({ kind: 'checkpoint' });
  });

  it('when it holds a record of another realm', async () => {
    const log = logOf(3);
    log.add({ ...eventOf(3), realm_id: null });
    log.sign();
    expect(problemOf(await verified(await linesOf(log)))).toMatchObject({ kind: 'unexpected', firstIndex: 3 });
  });
});

describe('a checkpoint that was kept', () => {
  it('is a part of the log, or the log was rewritten', async () => {
    const log = logOf(300, 50);
    const [kept] = await log.checkpoints(150, 151);
    const note = kept?.note ?? '';
    expect((await verified(await linesOf(log), { kept: [{ note }] })).ok).toBe(true);
    const rewritten = logOf(300, 50);
    expect(problemOf(await verified(await linesOf(rewritten), { kept: [{ note }] }))).toMatchObject({
      kind: 'history',
      message: expect.stringContaining('the first 150 records'),
    });
  });

  it('is larger than a log that was cut back', async () => {
    const { note } = logOf(300).end;
    expect(problemOf(await verified(await linesOf(logOf(200)), { kept: [{ note }] }))).toMatchObject({
      kind: 'history',
    });
  });

  it('needs a consistency proof where the export does not pass it by', async () => {
    const log = logOf(300, 50);
    const [kept] = await log.checkpoints(150, 151);
    const note = kept?.note ?? '';
    log.retire([[120, 200]]);
    const lines = await linesOf(log);
    expect(await verified(lines, { kept: [{ note }] })).toMatchObject({
      ok: true,
      report: { notes: [expect.stringContaining('not compared')] },
    });
    const path = await proveConsistency(new TreeReader(log.tree, 301), 150);
    expect((await verified(lines, { kept: [{ note, proof: { size1: 150, size2: 301, path } }] })).ok).toBe(true);
    for (const proof of [
      { size1: 151, size2: 301, path },
      { size1: 150, size2: 301, path: path.slice(1) },
    ]) {
      expect(problemOf(await verified(lines, { kept: [{ note, proof }] }))).toMatchObject({ kind: 'history' });
    }
  });

  it('is no use when it is not signed with the key, or is of another log', async () => {
    const log = logOf(3);
    const foreign = newSigner('chancery/audit/other');
    const note = signCheckpoint({ origin: foreign.verifier.name, size: 2, rootHash: log.tree.range.root() }, foreign);
    await expect(verified([], { kept: [{ note }] })).rejects.toThrow('not signed with the given key');
    const keys = [signer.verifier, foreign.verifier];
    expect(problemOf(await verified(await linesOf(log), { keys, kept: [{ note }] }))).toMatchObject({
      message: 'the kept checkpoint is of another log',
    });
  });
});

describe('records that are gone', () => {
  it('are missing when what tells of them stood there before they did', async () => {
    const log = logOf(30);
    log.add({ type: 'audit.retention_applied', realm_id: REALM, details: { events: 1, leaves: [[40, 40]] } });
    for (let at = 31; at < 60; at += 1) log.add(eventOf(at));
    log.sign();
    log.drop(40, 41);
    expect(problemOf(await verified(await linesOf(log)))).toMatchObject({ kind: 'missing', firstIndex: 40 });
  });

  it('are missing when no record tells of their retention, or of others only', async () => {
    const log = logOf(100);
    log.retire([[10, 20]]);
    log.drop(15, 25);
    log.drop(40, 41);
    expect(problemOf(await verified(await linesOf(log)))).toMatchObject({ kind: 'missing', firstIndex: 20 });
    const alone = logOf(100);
    alone.drop(7, 8);
    expect(problemOf(await verified(await linesOf(alone)))).toMatchObject({
      kind: 'missing',
      firstIndex: 7,
      lastIndex: 7,
    });
  });

  it('are told of by number when there are too many ranges to name', async () => {
    const log = logOf(100);
    log.drop(10, 20);
    log.add({ type: 'audit.retention_applied', realm_id: REALM, details: { events: 8, leaves: [[10, 14]] } });
    log.sign();
    expect(problemOf(await verified(await linesOf(log)))).toMatchObject({ firstIndex: 18 });
    log.add({ type: 'audit.retention_applied', realm_id: REALM, details: { events: 2, leaves: 'garbage' } });
    log.sign();
    expect(await verified(await linesOf(log))).toMatchObject({ ok: true, report: { dropped: 10 } });
  });
});

describe('personal data', () => {
  const tombstone = { ...eventOf(0), id: 'tombstone', type: 'audit.personal_data_erased', subject_id: 'user-3' };

  it('may be erased when a later record tells of it', async () => {
    const log = logOf(100);
    log.add(tombstone);
    log.sign();
    for (let at = 3; at < 100; at += 7) log.erase(at);
    expect(await verified(await linesOf(log))).toMatchObject({ ok: true, report: { erased: 14, notes: [] } });
  });

  it('may not vanish otherwise', async () => {
    const log = logOf(100);
    log.add(tombstone);
    log.sign();
    log.erase(3);
    log.erase(5);
    expect(problemOf(await verified(await linesOf(log)))).toMatchObject({
      kind: 'unaccounted',
      firstIndex: 5,
      eventId: 'event-5',
    });
  });

  it('may not be exchanged', async () => {
    const lines = await linesOf(logOf(3));
    const line = lines.findIndex((_, at) => indexOfLine(lines, at) === 1);
    const record = parsed(lines[line]);
    const forged = { ...record, personal: { ...(record['personal'] as Json), ip: '203.0.113.9' } };
    expect(problemOf(await verified(lines.with(line, `${canonicalJson(forged)}\n`)))).toMatchObject({
      kind: 'altered',
      firstIndex: 1,
    });
  });
});

/** A record line with other members in its event, and a leaf_hash that fits. */
function forgedRecord(line: string | undefined, members: Json): string {
  const record = parsed(line);
  const event = { ...(record['event'] as Json), ...members };
  const hash = Buffer.from(String(record['personal_hash']), 'base64');
  return `${canonicalJson({ ...record, event, leaf_hash: toBase64(leafHash(leafData(canonicalJson(event), hash))) })}\n`;
}

/** A leaves line with the hashes that the records of its place have; other lines as they are. */
function withLeavesOf(line: string, lines: readonly string[]): string {
  const { kind, first_index, hashes } = parsed(line);
  if (kind !== 'leaves') return line;
  const [first, count] = [Number(first_index), Buffer.from(String(hashes), 'base64').length / 32];
  const records = lines
    .map(parsed)
    .filter((record) => record['kind'] === 'record')
    .slice(first, first + count);
  const bytes = Buffer.concat(records.map((record) => Buffer.from(String(record['leaf_hash']), 'base64')));
  return `${canonicalJson({ kind, first_index, hashes: toBase64(bytes) })}\n`;
}
