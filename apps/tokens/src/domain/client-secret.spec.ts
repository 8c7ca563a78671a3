import { describe, expect, it } from '@jest/globals';
import { hash } from 'node:crypto';
import { World } from '../testing/world.js';
import { matchSecret } from './client-secret.js';

const now = new Date('2026-03-01T12:00:00.000Z');
const sha256 = (text: string): string => hash('sha256', text, 'base64url');
const client = (...secrets: { id: string; sha256: string; expiresAt: string | null }[]) =>
  new World().client({ secrets });

describe('matchSecret', () => {
  it('finds the secret by its hash, at any place', () => {
    const secrets = ['a', 'b', 'c'].map((id) => ({ id, sha256: sha256(id), expiresAt: null }));
    for (const { id } of secrets) {
      expect(matchSecret(client(...secrets), id, now)).toEqual({ outcome: 'matched', secretId: id });
    }
    expect(matchSecret(client(...secrets), 'd', now)).toEqual({ outcome: 'none', secretId: null });
  });

  it('matches nothing without a client, without secrets, and by the dummy', () => {
    for (const presented of ['', 'x', '\u0000'.repeat(32)]) {
      expect(matchSecret(null, presented, now).outcome).toBe('none');
      expect(matchSecret(client(), presented, now).outcome).toBe('none');
    }
  });

  it('says of an expired one that it has expired, unless another is still good', () => {
    const expired = { id: 'old', sha256: sha256('s'), expiresAt: now.toISOString() };
    const good = { id: 'new', sha256: sha256('s'), expiresAt: '2026-03-01T12:00:00.001Z' };
    expect(matchSecret(client(expired), 's', now)).toEqual({ outcome: 'expired', secretId: 'old' });
    expect(matchSecret(client(expired, good), 's', now)).toEqual({ outcome: 'matched', secretId: 'new' });
    expect(matchSecret(client(good, expired), 's', now)).toEqual({ outcome: 'matched', secretId: 'new' });
  });

  it('ignores what is no SHA-256 instead of failing on it', () => {
    expect(matchSecret(client({ id: 'x', sha256: 'short', expiresAt: null }), 's', now).outcome).toBe('none');
  });
});
