import { describe, expect, it } from '@jest/globals';
import { SignInLimits, type Attempt } from './sign-in-limits.js';

const LIMIT = { freeFailures: 2, longestWaitMs: 4_000 };
const NEVER = { freeFailures: 1_000_000, longestWaitMs: 0 };
const DAY_MS = 24 * 3_600_000;

function begun(attempt: Attempt | number): Attempt {
  if (typeof attempt === 'number') throw new Error(`${attempt} ms to wait`);
  return attempt;
}

describe('SignInLimits', () => {
  it('lets an attempt that came to nothing not count', () => {
    const limits = new SignInLimits(LIMIT, NEVER);
    for (let count = 0; count < 10; count += 1) begun(limits.begin('r', 'u', '192.0.2.1', 0)).abandoned();
    begun(limits.begin('r', 'u', '192.0.2.1', 0));
  });

  it('begins anew after a day', () => {
    const limits = new SignInLimits(LIMIT, NEVER);
    for (const now of [0, 1, 1_001, 3_001]) begun(limits.begin('r', 'u', null, now));
    expect(limits.begin('r', 'u', null, 3_002)).toBe(3_999);
    begun(limits.begin('r', 'u', null, 3_001 + DAY_MS));
    begun(limits.begin('r', 'u', null, 3_001 + DAY_MS));
    expect(limits.begin('r', 'u', null, 3_001 + DAY_MS)).toBe(1_000);
  });

  it.each([
    ['2001:db8:1:2::1', '2001:0DB8:0001:0002:ffff::9', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['::1', '0:0:0:0:1::', true],
    ['fe80::1%eth0', 'fe80::2', true],
    ['::ffff:192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
  ])('takes %s and %s for one network: %s', (one, other, same) => {
    const limits = new SignInLimits(LIMIT, NEVER);
    begun(limits.begin('r', 'u', one, 0));
    begun(limits.begin('r', 'u', one, 0));
    expect(typeof limits.begin('r', 'u', other, 0)).toBe(same ? 'number' : 'object');
  });

  it('keeps realms apart, and never remembers more than it may', () => {
    const limits = new SignInLimits(LIMIT, NEVER, 10);
    begun(limits.begin('r', 'u', null, 0));
    begun(limits.begin('r', 'u', null, 0));
    begun(limits.begin('other', 'u', null, 0));
    expect(limits.begin('r', 'u', null, 0)).toBe(1_000);
    for (let count = 0; count < 100; count += 1) begun(limits.begin('r', `u${count}`, null, 0));
    expect(limits.size).toBe(10);
  });
});
