import { beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import * as crypto from 'node:crypto';
import type { matchSecret as MatchSecret } from './client-secret.js';

const hash = jest.fn(crypto.hash);
const timingSafeEqual = jest.fn(crypto.timingSafeEqual);
jest.unstable_mockModule('node:crypto', () => ({ ...crypto, hash, timingSafeEqual }));

const NOW = new Date('2026-03-01T12:00:00.000Z');
const sha256 = (text: string): string => crypto.createHash('sha256').update(text).digest('base64url');

describe('the cost of an attempt', () => {
  let matchSecret: typeof MatchSecret;

  beforeAll(async () => {
    ({ matchSecret } = await import('./client-secret.js'));
  });
  beforeEach(() => {
    hash.mockClear();
    timingSafeEqual.mockClear();
  });

  const clientWith = (count: number) =>
    ({
      secrets: Array.from({ length: count }, (_, index) => ({
        id: `s${index}`,
        sha256: sha256(`secret ${index}`),
        expiresAt: null,
      })),
    }) as unknown as NonNullable<Parameters<typeof MatchSecret>[0]>;

  it.each([0, 1, 50])('is one hash with %i secrets, right or wrong', (count) => {
    for (const presented of ['secret 0', `secret ${count - 1}`, 'wrong']) {
      hash.mockClear();
      timingSafeEqual.mockClear();
      matchSecret(clientWith(count), presented, NOW);
      expect(hash).toHaveBeenCalledTimes(1);
      // Every one is compared, wherever the right one stands; a dummy where there is none.
      expect(timingSafeEqual).toHaveBeenCalledTimes(Math.max(count, 1));
    }
  });

  it('is one hash when there is no such client', () => {
    matchSecret(null, 'x', NOW);
    expect(hash).toHaveBeenCalledTimes(1);
    expect(timingSafeEqual).toHaveBeenCalledTimes(1);
  });
});
