import { DEFAULT_PASSWORD_POLICY, type PasswordPolicy } from '#contracts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { passwordProblem } from './password-rules.js';

const ADA = { username: 'ada.lovelace', email: 'countess@example.com', firstname: 'Augusta', lastname: 'King-Noel' };
const CONTEXT = { ...ADA, realmName: 'engines' };
const problem = (password: string, policy: Partial<PasswordPolicy> = {}): string | null =>
  passwordProblem(password, { ...DEFAULT_PASSWORD_POLICY, ...policy }, CONTEXT);

describe('passwords', () => {
  it.each([
    'seven quiet otters hum',
    'Tr0ub4dor&3x',
    'correct horse battery staple',
    'xq9!vbL2#mwe',
    '東京の夜は長い夢を見ている',
    'y8Z-r2Kp-uWq4',
  ])('such as %j are taken', (password) => {
    expect(problem(password)).toBeNull();
  });

  it.each([
    'password1234',
    'Password2024!',
    'P@ssw0rd!2024',
    'passwordpassword',
    'ilovepassword',
    'Welcome12345',
    'Summer2026!!',
    'qwertyuiop12',
    '1qaz2wsx3edc',
    '123456789012',
    'abcdefghijklm',
    'aaaaaaaaaaaaa',
    'abcabcabcabc',
    'adminadmin123',
    'letmein!!!!!!',
    'Ｐassword1234',
    'iloveyou12345',
    'football2025',
    '0987654321098',
    '111122223333',
  ])('such as %j are guessed first', (password) => {
    expect(problem(password)).toMatch(/guessed first/);
    expect(problem(password, { refuseCommon: false })).toBeNull();
  });

  it.each([
    'xx-ada.lovelace-9!',
    'lovelace likes tea',
    'the COUNTESS of tea',
    'augusta likes tea',
    'my engines are on',
    '3ng1n3s are running',
    'chancery lane 14b',
  ])('such as %j hold what is known of the person', (password) => {
    expect(problem(password)).toMatch(/must not hold/);
    expect(problem(password, { refuseContext: false })).toBeNull();
  });

  it('hold no word that the realm has blocked, however it is written', () => {
    const policy = { blockedWords: ['Difference'] };
    expect(problem('my d1fferEnce machine', policy)).toMatch(/blocked/);
    expect(problem('my other machine is', policy)).toBeNull();
  });

  it('are counted in characters, as they are', () => {
    expect(problem('🦦🐙🦔🦡🦥🦦🐙🦔🦡🦥🦦', { refuseCommon: false })).toMatch(/at least 12/);
    expect(problem('🦦🐙🦔🦡🦥🦨🐳🦞🦋🐝🦉🐌')).toBeNull();
    expect(problem('x7 '.repeat(22).slice(0, 64), { maxLength: 64, refuseCommon: false })).toBeNull();
    expect(problem('x7 '.repeat(22).slice(0, 65), { maxLength: 64, refuseCommon: false })).toMatch(/at most 64/);
    expect(problem('a lone \ud800 surrogate')).toMatch(/Unicode/);
  });

  it('made at random are taken', () => {
    const alphabet = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
    const made = fc.array(fc.constantFrom(...alphabet), { minLength: 20, maxLength: 40 }).map((all) => all.join(''));
    fc.assert(
      fc.property(
        made.filter((text) => new Set(text).size > 12),
        (password) => problem(password, { refuseContext: false }) === null,
      ),
    );
  });

  it('never take long to judge', () => {
    const hostile = 'meimyisandi'.repeat(90);
    const began = performance.now();
    for (let round = 0; round < 20; round += 1) problem(hostile, { maxLength: 1_024 });
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
