import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clientIdProblem, makeClientId } from './client-id.js';

describe('clientIdProblem', () => {
  it('accepts exactly printable ASCII without spaces, 1 to 255 characters', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme-ascii', maxLength: 300 })),
        (text) => {
          fc.pre(!/realms\//i.test(text));
          const acceptable = text.length <= 255 && text.length > 0 && [...text].every((c) => c >= '!' && c <= '~');
          expect(clientIdProblem(text) === null).toBe(acceptable);
        },
      ),
    );
    expect(clientIdProblem('x'.repeat(255))).toBeNull();
    expect(clientIdProblem('x'.repeat(256))).toContain('255');
  });

  it('refuses what could be taken for a realm by whoever checks the audience', () => {
    for (const issuer of [
      'https://id.example.org/realms/acme',
      'http://localhost:8080/realms/acme',
      'HTTPS://id.example.org/auth/realms/acme/',
    ]) {
      expect(clientIdProblem(issuer)).toContain('issuer');
    }
    for (const fine of [
      'https://api.example.org/invoices',
      'https://api.example.org/realms/acme/invoices',
      'realms/acme',
    ]) {
      expect(clientIdProblem(fine)).toBeNull();
    }
  });
});

describe('makeClientId', () => {
  it('makes readable ids that are acceptable and differ', () => {
    const made = Array.from({ length: 500 }, makeClientId);
    expect(new Set(made).size).toBe(500);
    for (const id of made) {
      expect(id).toMatch(/^([2-9a-hjkmnp-z]{4}-){3}[2-9a-hjkmnp-z]{4}$/);
      expect(clientIdProblem(id)).toBeNull();
    }
  });
});
