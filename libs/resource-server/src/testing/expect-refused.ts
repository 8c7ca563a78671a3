import { expect } from '@jest/globals';
import type { AccessTokenVerifier } from '../verification/access-token-verifier.js';

/** Expects that a verifier refuses a token for an internal reason, and tells its bearer nothing of it. */
export function expectRefused(by: AccessTokenVerifier, token: string, reason: string): Promise<void> {
  return expect(by.verify(token)).rejects.toMatchObject({
    code: 'invalid_token',
    status: 401,
    reason,
    message: 'The access token is not valid here.',
  });
}
