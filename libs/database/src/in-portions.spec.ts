import { describe, expect, it } from '@jest/globals';
import { inPortions } from './in-portions.js';

describe('inPortions', () => {
  it('works until nothing is left', async () => {
    let left = 5;
    await inPortions(() => Promise.resolve((left -= 1) > 0));
    expect(left).toBe(0);
  });

  it('stops when its time is over and asks to be called again', async () => {
    let portions = 0;
    const endless = inPortions(() => {
      portions += 1;
      return Promise.resolve(true);
    }, -1);
    await expect(endless).rejects.toMatchObject({ code: 'unavailable', reason: 'not_finished', retryAfterSeconds: 1 });
    // However little time there is, something is done.
    expect(portions).toBe(1);
  });

  it('passes failures on', async () => {
    await expect(inPortions(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });
});
