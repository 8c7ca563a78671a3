import { describe, expect, test } from '@jest/globals';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { Gathering } from './gathering.js';

/** A gathering whose messages return when told. */
function gatheringOf(free: number, full: number) {
  const sent: number[][] = [];
  const returns: (() => void)[] = [];
  const gathering = new Gathering<number>(free, full, (items) => {
    sent.push([...items]);
    return [new Promise((resolve) => returns.push(resolve))];
  });
  return { gathering, sent, returns };
}

describe('Gathering', () => {
  test('lets the work of one turn leave together at its end while the road is free', async () => {
    const { gathering, sent } = gatheringOf(1, 10);
    gathering.add(1);
    gathering.add(2);
    expect(sent).toEqual([]);
    await turn();
    expect(sent).toEqual([[1, 2]]);
  });

  test('gathers while the road is busy, until a message returns', async () => {
    const { gathering, sent, returns } = gatheringOf(1, 10);
    gathering.add(1);
    await turn();
    gathering.add(2);
    returns[0]?.();
    gathering.add(3);
    await turn();
    await turn();
    expect(sent).toEqual([[1], [2, 3]]);
  });

  test('waits a moment, not for ever, for a message that does not return', async () => {
    const { gathering, sent } = gatheringOf(1, 10);
    gathering.add(1);
    await turn();
    gathering.add(2);
    await sleep(50);
    expect(sent).toEqual([[1], [2]]);
  });

  test('does not wait with a message that is full', async () => {
    const { gathering, sent } = gatheringOf(1, 2);
    gathering.add(1);
    await turn();
    gathering.add(2);
    gathering.add(3);
    await turn();
    expect(sent).toEqual([[1], [2, 3]]);
  });
});
