import type { ValueTransformer } from 'typeorm';

/**
 * A `bigint` as the driver gives it (a string) to a number.
 *
 * @throws RangeError when a number cannot hold it exactly. Masks of 63 bits are never numbers: keep them strings or `BigInt`.
 */
export function toSafeInteger(value: string | number | bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${String(value)} is not a safe integer`);
  return number;
}

/** Column transformer for `bigint` columns that count (versions): numbers in the entity, checked on the way out. */
export const safeIntegerColumn: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: string | null | undefined) => (value === null || value === undefined ? value : toSafeInteger(value)),
};

/** Column transformer for `bigint` columns that are masks: `bigint` in the entity. */
export const bigIntColumn: ValueTransformer = {
  to: (value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
  from: (value: string | null | undefined) => (value === null || value === undefined ? value : BigInt(value)),
};
