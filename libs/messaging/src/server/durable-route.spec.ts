import { Type } from '@sinclair/typebox';
import { defineDurableEvent } from '#contracts';
import { describe, expect, it } from '@jest/globals';
import type { DurableBatch } from '../ports.js';
import type { IncomingDurableMessage } from '../transport.js';
import { bytesOf } from '../wire.js';
import { DurableRoute } from './durable-route.js';

const Happened = defineDurableEvent({
  subject: 'audit.thing.happened.v1',
  stream: 'AUDIT',
  publishers: ['tokens'],
  event: Type.Object({ number: Type.Integer() }),
});

class Message implements IncomingDurableMessage {
  outcome: 'open' | 'acknowledged' | 'again' = 'open';
  readonly payload: Uint8Array;

  constructor(first: number, events: number) {
    this.payload = bytesOf(JSON.stringify(Array.from({ length: events }, (_, at) => ({ number: first + at }))));
  }

  ack(): void {
    this.outcome = 'acknowledged';
  }

  retry(): void {
    this.outcome = 'again';
  }
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('DurableRoute', () => {
  it('hands a batch on while the one before is underway, never a third, and acknowledges each when it is through', async () => {
    const messages = [0, 1, 2, 3].map((at) => new Message(at * 1_000, 1_000));
    const calls: { first: unknown; end: (error?: Error) => void }[] = [];
    const handler = (batch: DurableBatch<unknown>): Promise<void> =>
      new Promise((resolve, reject) => {
        const end = (error?: Error): void => (error === undefined ? resolve() : reject(error));
        calls.push({ first: batch.events[0], end });
      });
    const consumed = new DurableRoute(Happened, handler, undefined).consume(messages);
    await turns(20);
    expect(calls.map(({ first }) => first)).toEqual([{ number: 0 }, { number: 1_000 }]);
    calls[0]?.end();
    await turns(20);
    expect(calls.map(({ first }) => first)).toEqual([{ number: 0 }, { number: 1_000 }, { number: 2_000 }]);
    expect(messages.map(({ outcome }) => outcome)).toEqual(['acknowledged', 'open', 'open', 'open']);
    calls[2]?.end();
    calls[1]?.end(new Error('away'));
    await turns(20);
    expect(messages.map(({ outcome }) => outcome)).toEqual(['acknowledged', 'again', 'acknowledged', 'open']);
    calls[3]?.end();
    await consumed;
    expect(messages.at(-1)?.outcome).toBe('acknowledged');
  });

  it('keeps what is no event apart, and whole messages together', async () => {
    const batches: unknown[] = [];
    const handler = ({ events, poison }: DurableBatch<unknown>): void => {
      batches.push([events.length, poison.map(({ error }) => error)]);
    };
    const broken = new Message(0, 0);
    Object.assign(broken, { payload: bytesOf('[{"number":1},{"number":"x"}]') });
    const noList = new Message(0, 0);
    Object.assign(noList, { payload: bytesOf('{"number":1}') });
    await new DurableRoute(Happened, handler, undefined).consume([
      broken,
      noList,
      new Message(2, 1_500),
      new Message(9, 3),
    ]);
    expect(batches).toEqual([
      [1_501, [expect.stringContaining('/number'), 'not a list of events']],
      [3, []],
    ]);
  });
});
