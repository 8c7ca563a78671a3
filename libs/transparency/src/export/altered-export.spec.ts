import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../leaf/canonical-json.js';
import {
  eventOf,
  forgedRecord,
  indexOfLine,
  linesOf,
  logOf,
  parsed,
  problemOf,
  REALM,
  signer,
  verified,
  withLeavesOf,
} from '../testing/exports.js';
import { MemoryLog } from '../testing/memory-log.js';

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
