import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  eventOf,
  linesOf,
  logOf,
  parsed,
  problemOf,
  REALM,
  signer,
  verified,
  verifyBytes,
} from '../testing/exports.js';
import { MemoryLog, newSigner } from '../testing/memory-log.js';
import { beginExport, type ExportCursor, type ExportPage, writeExportPage } from './write-export.js';

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
