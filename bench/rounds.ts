import { setTimeout as sleep } from 'node:timers/promises';
import { median, spread } from './statistics.js';
import type { Measured } from './requests.js';

/** A row of a comparison: the same work for each column, in turns. */
export interface ComparedRow {
  readonly name: string;
  /** What the 99th percentile has to stay under in milliseconds, or the rate to reach per second. */
  readonly aim?: { readonly p99Ms: number } | { readonly perSecond: number };
  /** One measurement for each column, in their order. */
  readonly columns: readonly (() => Promise<Measured>)[];
}

/** What a measurement leaves to be done, such as events to be stored, is not on the next one's account. */
const REST_MS = 500;

/**
 * Measures every row in rounds, its columns one right after the other and each first in its turn, so that a slow minute hits both; prints each measurement, then
 * a table of medians and spreads with the ratio of the last column to the first.
 */
export async function compareColumns(
  titles: readonly string[],
  rows: readonly ComparedRow[],
  rounds: number,
): Promise<void> {
  const results = new Map<string, Measured[][]>(rows.map(({ name }) => [name, titles.map(() => [])]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, columns } of rows) {
      const inTurn = [...columns.entries()];
      for (const [column, measure] of round % 2 === 0 ? inTurn.toReversed() : inTurn) {
        await sleep(REST_MS);
        const measured = await measure();
        results.get(name)?.[column]?.push(measured);
        const failed = measured.failed === 0 ? '' : `, ${measured.failed} failed: ${measured.failure ?? ''}`;
        console.log(
          `round ${round}  ${name.padEnd(34)} ${(titles[column] ?? '').padEnd(18)} ${measured.perSecond.toFixed(0).padStart(6)}/s  p50 ${measured.p50.toFixed(1)} ms  p99 ${measured.p99.toFixed(1)} ms${failed}`,
        );
      }
    }
  }
  print(titles, rows, results);
}

function print(
  titles: readonly string[],
  rows: readonly ComparedRow[],
  results: ReadonlyMap<string, readonly (readonly Measured[])[]>,
): void {
  const heads = titles.flatMap((title) => [`${title}: per second`, 'p50 ms', 'p99 ms, median (rounds)']);
  console.log(`\n| | ${heads.join(' | ')} | aim | p99 ratio |\n|---|${'---|'.repeat(heads.length + 2)}`);
  for (const { name, aim } of rows) {
    const columns = results.get(name) ?? [];
    const cells = columns.flatMap((runs) => [
      median(runs.map(({ perSecond }) => perSecond)).toFixed(0),
      median(runs.map(({ p50 }) => p50)).toFixed(1),
      `${median(runs.map(({ p99 }) => p99)).toFixed(1)} (${spread(
        runs.map(({ p99 }) => p99),
        1,
      )})`,
    ]);
    const [first, last] = [columns[0] ?? [], columns.at(-1) ?? []];
    const ratios = last.map(({ p99 }, round) => p99 / (first[round]?.p99 ?? Number.NaN));
    console.log(
      `| ${name} | ${cells.join(' | ')} | ${aimText(aim)} | ${median(ratios).toFixed(2)} (${spread(ratios, 2)}) |`,
    );
  }
}

function aimText(aim: ComparedRow['aim']): string {
  if (aim === undefined) return '';
  return 'p99Ms' in aim ? `p99 < ${String(aim.p99Ms)} ms` : `≥ ${String(aim.perSecond)}/s`;
}
