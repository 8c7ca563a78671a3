import { describe, expect, it } from '@jest/globals';
import { Issuers } from './issuers.js';

const issuers = new Issuers('https://id.example/base');

describe('Issuers', () => {
  it('makes an issuer of a realm and finds the realm again', () => {
    expect(issuers.of('acme')).toBe('https://id.example/base/realms/acme');
    expect(issuers.realmOf('https://id.example/base/realms/acme')).toBe('acme');
  });

  it.each([
    'https://id.example/base/realms/',
    'https://id.example/base/realms/a/b',
    'https://id.example/base/realms/acme/',
    'https://id.example/realms/acme',
    'HTTPS://id.example/base/realms/acme',
    'http://id.example/base/realms/acme',
    '',
  ])('%j is none of them', (issuer) => {
    expect(issuers.realmOf(issuer)).toBeNull();
  });
});
