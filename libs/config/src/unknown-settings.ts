import type { Environment } from './load-settings.js';

/** Prefixes of variables that belong to tools around the product, not to the product. */
const FOREIGN = ['CHANCERY_E2E_', 'CHANCERY_TEST_', 'CHANCERY_BENCH_'] as const;

/**
 * Variables that look like settings but are none: a misspelt security setting must not be ignored in silence.
 *
 * @returns one sentence for each, with the nearest known name when there is one.
 */
export function unknownSettings(environment: Environment, known: readonly string[]): string[] {
  const names = new Set(known.flatMap((name) => [name, `${name}_FILE`]));
  return Object.keys(environment)
    .filter(
      (name) => name.startsWith('CHANCERY_') && !names.has(name) && !FOREIGN.some((prefix) => name.startsWith(prefix)),
    )
    .map((name) => {
      const nearest = [...names]
        .map((known) => ({ known, distance: editDistance(name, known) }))
        .sort((a, b) => a.distance - b.distance)[0];
      return nearest !== undefined && nearest.distance <= 4
        ? `${name} is not a setting; did you mean ${nearest.known}?`
        : `${name} is not a setting`;
    });
}

/** Levenshtein distance; names are short. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
