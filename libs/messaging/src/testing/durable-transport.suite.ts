import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { IncomingDurableMessage, Transport } from '../transport.js';
import { bytesOf, textOf } from '../wire.js';
import { errorOf, eventually, freshWord, type TransportHarness } from './harness.js';

/** What every transport does alike with durable messages. */
export function describeDurableTransport(name: string, createHarness: () => Promise<TransportHarness>): void {
  describe(`${name} as a transport of durable messages`, () => {
    let harness: TransportHarness;
    let caller: Transport;
    let responder: Transport;
    let subject: string;
    let stream: string;
    let received: string[];

    beforeEach(async () => {
      harness = await createHarness();
      caller = await harness.open('gateway');
      responder = await harness.open('tokens');
      subject = `tokens.${freshWord()}.run.v1`;
      stream = freshWord().toUpperCase();
      received = [];
    });

    afterEach(async () => {
      await harness.close();
    });

    const consume = (
      transport: Transport,
      handler: (messages: readonly IncomingDurableMessage[]) => Promise<void>,
    ): Promise<() => Promise<void>> =>
      transport.consumeDurable({ stream, subject, consumer: 'audit', maxBatch: 4 }, handler);

    const take = (messages: readonly IncomingDurableMessage[]): Promise<void> => {
      for (const message of messages) {
        received.push(textOf(message.payload));
        message.ack();
      }
      return Promise.resolve();
    };

    /** As a publisher does: again, under the same id, until it is durable. */
    const publish = async (text: string, messageId = freshWord()): Promise<void> => {
      for (let tries = 0; ; tries++) {
        try {
          await caller.publishDurable(subject, bytesOf(text), { messageId, timeoutMs: 2_000 });
          return;
        } catch (error) {
          if (tries === 20) throw error;
        }
        await sleep(20);
      }
    };

    it('hands over what was published, in batches no larger than asked for', async () => {
      const sizes: number[] = [];
      await consume(responder, async (messages) => {
        sizes.push(messages.length);
        await sleep(10);
        await take(messages);
      });

      await Promise.all(Array.from({ length: 20 }, (_, n) => publish(String(n))));
      await eventually(() => received.length === 20);

      expect([...received].map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(4);
      expect(Math.max(...sizes)).toBeGreaterThan(1);
    });

    it('is unavailable when there is nothing that would keep the message', async () => {
      const publishing = caller.publishDurable(subject, bytesOf('x'), { messageId: 'm', timeoutMs: 500 });

      expect((await errorOf(publishing)).code).toBe('unavailable');
    });

    it('hands a message over again when the consumer asks for it', async () => {
      let tries = 0;
      await consume(responder, (messages) => {
        if (++tries > 1) return take(messages);
        for (const message of messages) message.retry();
        return Promise.resolve();
      });

      await publish('stubborn');
      await eventually(() => received.length === 1);

      expect(tries).toBe(2);
    });

    it('hands a message over again when the handler fails', async () => {
      let tries = 0;
      await consume(responder, (messages) => (++tries > 1 ? take(messages) : Promise.reject(new Error('no database'))));

      await publish('stubborn');
      await eventually(() => received.length === 1);

      expect(tries).toBe(2);
    });

    it('keeps one of several messages with the same id', async () => {
      await consume(responder, take);

      await publish('once', 'same-id');
      await publish('twice', 'same-id');
      await publish('last');
      await eventually(() => received.includes('last'));

      expect(received).toEqual(['once', 'last']);
    });

    it('shares the messages among replicas, each handled once', async () => {
      const second = await harness.open('audit');
      const shares = [0, 0];
      await Promise.all(
        [responder, second].map((transport, index) =>
          consume(transport, async (messages) => {
            shares[index] = (shares[index] ?? 0) + messages.length;
            await sleep(5);
            await take(messages);
          }),
        ),
      );

      let published = 0;
      const publishSome = () => Promise.all(Array.from({ length: 60 }, () => publish(String(published++))));
      while (Math.min(...shares) === 0) await publishSome();
      await eventually(() => received.length >= published);
      await sleep(50);

      expect(new Set(received).size).toBe(published);
      expect(received).toHaveLength(published);
    });

    it('loses nothing when one replica stops under load', async () => {
      const second = await harness.open('audit');
      const slowly = async (messages: readonly IncomingDurableMessage[]): Promise<void> => {
        await sleep(5);
        await take(messages);
      };
      const stop = await consume(responder, slowly);
      await consume(second, slowly);
      const published: Promise<void>[] = [];
      const load = setInterval(() => published.push(publish(String(published.length))), 2);
      await eventually(() => published.length > 20);

      await stop();
      const sofar = published.length;
      await eventually(() => published.length > sofar + 20);
      clearInterval(load);
      await Promise.all(published);

      await eventually(() => new Set(received).size === published.length);
    });
  });
}
