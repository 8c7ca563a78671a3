/** The middle value; the mean of the two middle ones for an even count. @throws RangeError for none, and for what is no figure. */
export function median(values: readonly number[]): number {
  requireFigures(values);
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Smallest and largest, as `min–max`. @throws RangeError as `median`. */
export function spread(values: readonly number[], digits = 0): string {
  requireFigures(values);
  return `${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)}`;
}

/** A table with a hole in it is no result. */
function requireFigures(values: readonly number[]): void {
  if (values.length === 0 || !values.every(Number.isFinite)) throw new RangeError(`no figures: [${values.join(', ')}]`);
}
