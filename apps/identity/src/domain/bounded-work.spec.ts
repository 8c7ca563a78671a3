import { describe, expect, it } from '@jest/globals';
import { BoundedWork } from './bounded-work.js';

const never = new AbortController().signal;

/** Work that ends when told to. */
function controlled(): { work: () => Promise<string>; end: (result: string) => void; readonly started: boolean } {
  let started = false;
  let end: (result: string) => void = () => {};
  const ended = new Promise<string>((resolve) => (end = resolve));
  return {
    work: () => {
      started = true;
      return ended;
    },
    end: (result) => {
      end(result);
    },
    get started() {
      return started;
    },
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('BoundedWork', () => {
  it('runs a few at once, the next in order, and turns the rest away at once', async () => {
    const bounded = new BoundedWork({ maxRunning: 1, maxWaiting: 2 });
    const pieces = [controlled(), controlled(), controlled()];
    const results = pieces.map((piece) => bounded.run(never, piece.work));
    expect(bounded.queueLength).toBe(2);
    await expect(bounded.run(never, () => Promise.resolve('late'))).rejects.toMatchObject({
      code: 'overloaded',
      retryAfterSeconds: 1,
    });
    await settle();
    expect(pieces.map(({ started }) => started)).toEqual([true, false, false]);
    pieces[0]?.end('first');
    await settle();
    expect(pieces.map(({ started }) => started)).toEqual([true, true, false]);
    pieces[1]?.end('second');
    pieces[2]?.end('third');
    expect(await Promise.all(results)).toEqual(['first', 'second', 'third']);
    expect(await bounded.run(never, () => Promise.resolve('again'))).toBe('again');
  });

  it('gives the place of one that fails to the next', async () => {
    const bounded = new BoundedWork({ maxRunning: 1, maxWaiting: 1 });
    const failing = bounded.run(never, () => Promise.reject(new Error('broken')));
    const next = bounded.run(never, () => Promise.resolve('next'));
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('next');
  });

  it('does not start what nobody waits for any more, and frees its place in the queue', async () => {
    const bounded = new BoundedWork({ maxRunning: 1, maxWaiting: 1 });
    const first = controlled();
    const running = bounded.run(never, first.work);
    const caller = new AbortController();
    const left = controlled();
    const leaving = bounded.run(caller.signal, left.work);
    caller.abort();
    await expect(leaving).rejects.toMatchObject({ code: 'cancelled' });
    const next = bounded.run(never, () => Promise.resolve('next'));
    first.end('first');
    expect(await Promise.all([running, next])).toEqual(['first', 'next']);
    expect(left.started).toBe(false);
    await expect(bounded.run(caller.signal, left.work)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
