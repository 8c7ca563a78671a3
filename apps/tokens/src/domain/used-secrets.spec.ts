import { describe, expect, it } from '@jest/globals';
import { UsedSecrets } from './used-secrets.js';

const MINUTE = Date.parse('2026-03-01T12:00:00.000Z');

describe('UsedSecrets', () => {
  it('gives each secret once a minute, however often it was used', () => {
    const used = new UsedSecrets();
    for (let second = 0; second < 60; second += 1) used.note('r', 'a', MINUTE + second * 1_000);
    used.note('r', 'b', MINUTE + 5);
    expect(used.take()).toEqual([
      { realmId: 'r', secretId: 'a', minuteMs: MINUTE },
      { realmId: 'r', secretId: 'b', minuteMs: MINUTE },
    ]);
    used.note('r', 'a', MINUTE + 59_999);
    expect(used.take()).toEqual([]);
    used.note('r', 'a', MINUTE + 60_000);
    expect(used.take()).toEqual([{ realmId: 'r', secretId: 'a', minuteMs: MINUTE + 60_000 }]);
  });

  it('keeps the later use when an earlier one comes back', () => {
    const used = new UsedSecrets();
    used.note('r', 'a', MINUTE);
    used.note('r', 'b', MINUTE);
    const failed = used.take();
    used.note('r', 'a', MINUTE + 60_000);
    used.putBack(failed);
    expect(used.take().toSorted((x, y) => x.secretId.localeCompare(y.secretId))).toEqual([
      { realmId: 'r', secretId: 'a', minuteMs: MINUTE + 60_000 },
      { realmId: 'r', secretId: 'b', minuteMs: MINUTE },
    ]);
  });

  it('does not grow without end when nobody takes its reports', () => {
    const used = new UsedSecrets();
    for (let minute = 0; minute < 3; minute += 1) {
      for (let count = 0; count < 60_000; count += 1) used.note('r', `${minute}/${count}`, MINUTE + minute * 60_000);
    }
    expect(used.take()).toHaveLength(100_000);
  });
});
