import { describe, expect, it } from '@jest/globals';
import { retentionAt, retentionsEver, type RetentionPolicy } from './retention.js';

const policies: readonly RetentionPolicy[] = [
  { retention: '30d', effectiveFrom: '2026-03-02' },
  { retention: '1y', effectiveFrom: '2026-03-02' },
  { retention: '90d', effectiveFrom: '2026-04-01' },
];

describe('retention', () => {
  it.each([
    ['2026-03-01T23:59:59.999Z', 'forever'],
    ['2026-03-02T00:00:00.000Z', '1y'],
    ['2026-03-31T23:59:59.999Z', '1y'],
    ['2026-04-01T00:00:00.000Z', '90d'],
  ])('of %s is that in force when its UTC day began: %s', (time, retention) => {
    expect(retentionAt(policies, new Date(time))).toBe(retention);
  });

  it('is what was decided last, though a decision before it was made with the clock ahead', () => {
    const decided: readonly RetentionPolicy[] = [
      { retention: '30d', effectiveFrom: '2027-03-02' },
      { retention: '7y', effectiveFrom: '2026-03-02' },
    ];
    for (const time of ['2026-03-02T00:00:00.000Z', '2027-03-02T00:00:00.000Z']) {
      expect(retentionAt(decided, new Date(time))).toBe('7y');
    }
  });

  it('is for ever where nobody decided', () => {
    expect(retentionAt([], new Date())).toBe('forever');
    expect(retentionsEver([])).toEqual(['forever']);
  });

  it('tells every class that events can have, each once', () => {
    expect(retentionsEver([...policies, { retention: '1y', effectiveFrom: '2026-05-01' }])).toEqual([
      'forever',
      '30d',
      '1y',
      '90d',
    ]);
  });
});
