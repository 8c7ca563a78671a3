import { randomInt } from 'node:crypto';

/** Uniformly random characters of an alphabet, from the system's cryptographic source. */
export function randomText(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}
