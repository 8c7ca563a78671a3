import { randomInt } from 'node:crypto';

/** Letters and digits that nobody takes for one another when copying from a screen. */
const ALPHABET = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
/** 24 of 57 characters are 139 bits. */
const LENGTH = 24;

/** A password that nobody can guess, of characters that need no quoting in a shell. */
export function generatePassword(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
}
