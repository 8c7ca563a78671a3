import { describe, expect, it } from '@jest/globals';
import { Coalesced } from './coalesced.js';

describe('Coalesced', () => {
  it('gives everybody a result begun after they asked, one at a time', async () => {
    let begun = 0;
    let running = 0;
    const work = new Coalesced(async () => {
      const number = ++begun;
      expect(++running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      return number;
    });
    const first = work.run();
    const others = [work.run(), work.run(), work.run()];
    expect(await first).toBe(1);
    expect(await Promise.all([work.run(), ...others])).toEqual([2, 2, 2, 2]);
    expect(await work.run()).toBe(3);
  });

  it('a failure is told to those who waited for it only', async () => {
    let calls = 0;
    const work = new Coalesced(async () => {
      await Promise.resolve();
      if (++calls === 1) throw new Error('once');
      return calls;
    });
    const failing = work.run();
    const next = work.run();
    await expect(failing).rejects.toThrow('once');
    expect(await next).toBe(2);
  });
});
