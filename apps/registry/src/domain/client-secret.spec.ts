import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { makeSecretText, retireSecrets, secretAtRest, type ClientSecret } from './client-secret.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1_000);
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

describe('makeSecretText', () => {
  it('makes prefix, 43 characters of randomness and 6 of checksum, each time another', () => {
    const secrets = Array.from({ length: 200 }, makeSecretText);
    expect(new Set(secrets).size).toBe(200);
    for (const secret of secrets) expect(secret).toMatch(/^chs_[0-9A-Za-z]{49}$/);
  });

  it('holds 256 random bits: every bit is set now and then', () => {
    const bodies = Array.from({ length: 200 }, () => decode(makeSecretText().slice(4, 47)));
    expect(bodies.reduce((a, b) => a | b)).toBe(2n ** 256n - 1n);
    expect(bodies.reduce((a, b) => a & b)).toBe(0n);
  });

  it('ends in the CRC-32 of what stands before it', () => {
    const secret = makeSecretText();
    expect(decode(secret.slice(-6))).toBe(BigInt(crc32(secret.slice(0, -6))));
  });
});

describe('secretAtRest', () => {
  it('keeps the SHA-256 and the last four characters, never the text', () => {
    const text = makeSecretText();
    const secret = secretAtRest(text, { id: 'a', createdAt: NOW });
    expect(secret.sha256).toEqual(createHash('sha256').update(text).digest());
    expect(secret.hint).toBe(text.slice(-4));
    expect(JSON.stringify(secret)).not.toContain(text);
  });
});

describe('retireSecrets', () => {
  const secret = (id: string, expiresAt: Date | null): ClientSecret => ({
    ...secretAtRest(id, { id, createdAt: NOW }),
    expiresAt,
  });

  it('dates those without an expiry and those with a later one, and never prolongs', () => {
    const { kept, removed } = retireSecrets(
      [secret('endless', null), secret('later', later(900)), secret('sooner', later(60))],
      NOW,
      later(600),
    );
    expect(kept.map(({ id, expiresAt }) => [id, expiresAt])).toEqual([
      ['endless', later(600)],
      ['later', later(600)],
      ['sooner', later(60)],
    ]);
    expect(removed).toEqual([]);
  });

  it('removes what is over, so that no clock can still accept it', () => {
    const { kept, removed } = retireSecrets([secret('endless', null), secret('old', later(-1))], NOW, NOW);
    expect(kept).toEqual([]);
    expect(removed.map(({ id }) => id)).toEqual(['endless', 'old']);
  });
});

function decode(text: string): bigint {
  return [...text].reduce((value, character) => value * 62n + BigInt(BASE62.indexOf(character)), 0n);
}
