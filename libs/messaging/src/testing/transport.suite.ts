import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { IncomingDurableMessage, IncomingRequest, Transport } from '../transport.js';
import { bytesOf, textOf } from '../wire.js';
import { errorOf, eventually, freshWord, type TransportHarness } from './harness.js';

const EMPTY = new Uint8Array();

function echo(request: IncomingRequest): void {
  request.respond(bytesOf(`echo ${textOf(request.payload)}`));
}

/** What every transport does alike: the contract of the `Transport` port. */
export function describeTransport(name: string, createHarness: () => Promise<TransportHarness>): void {
  describe(`${name} as a transport`, () => {
    let harness: TransportHarness;
    let caller: Transport;
    let responder: Transport;
    let subject: string;

    beforeEach(async () => {
      harness = await createHarness();
      caller = await harness.open('gateway');
      responder = await harness.open('tokens');
      subject = `tokens.${freshWord()}.run.v1`;
    });

    afterEach(async () => {
      await harness.close();
    });

    const ask = async (text: string, timeoutMs = 2_000): Promise<string> =>
      textOf((await caller.request(subject, bytesOf(text), {}, { timeoutMs })).payload);

    describe('requests', () => {
      it('carries payload and headers both ways', async () => {
        await responder.serve(subject, 'tokens', (request) => {
          request.respond(bytesOf(`${request.subject} ${textOf(request.payload)}`), {
            'chancery-error': request.headers['chancery-call'] ?? 'none',
          });
        });

        const answer = await caller.request(subject, bytesOf('grüße'), { 'chancery-call': 'c1' }, { timeoutMs: 2_000 });

        expect(textOf(answer.payload)).toBe(`${subject} grüße`);
        expect(answer.headers).toEqual({ 'chancery-error': 'c1' });
      });

      it('answers without headers when none were given', async () => {
        await responder.serve(subject, 'tokens', echo);

        const answer = await caller.request(subject, EMPTY, {}, { timeoutMs: 2_000 });

        expect(answer.headers).toEqual({});
      });

      it('is unavailable at once when nobody serves the subject', async () => {
        const begun = Date.now();

        expect((await errorOf(ask('?', 5_000))).code).toBe('unavailable');
        expect(Date.now() - begun).toBeLessThan(1_000);
      });

      it('exceeds its deadline when the answer does not come', async () => {
        await responder.serve(subject, 'tokens', () => {});
        const begun = Date.now();

        expect((await errorOf(ask('?', 100))).code).toBe('deadline_exceeded');
        expect(Date.now() - begun).toBeGreaterThanOrEqual(95);
        expect(Date.now() - begun).toBeLessThan(1_000);
      });

      it('counts only the first answer', async () => {
        await responder.serve(subject, 'tokens', (request) => {
          request.respond(bytesOf('first'));
          request.respond(bytesOf('second'));
        });

        expect(await ask('?')).toBe('first');
        expect(await ask('?')).toBe('first');
      });

      it('refuses a payload the bus cannot carry', async () => {
        await responder.serve(subject, 'tokens', echo);
        const payload = new Uint8Array(caller.maxPayloadBytes + 1);

        expect((await errorOf(caller.request(subject, payload, {}, { timeoutMs: 1_000 }))).code).toBe(
          'payload_too_large',
        );
      });

      it('carries a payload of the largest size', async () => {
        await responder.serve(subject, 'tokens', (request) => {
          request.respond(bytesOf(String(request.payload.length)));
        });
        const payload = new Uint8Array(caller.maxPayloadBytes);

        const answer = await caller.request(subject, payload, {}, { timeoutMs: 2_000 });

        expect(textOf(answer.payload)).toBe(String(payload.length));
      });

      it('shares requests among the members of the queue group, each handled once', async () => {
        const second = await harness.open('tokens');
        const handled = [0, 0];
        await responder.serve(subject, 'tokens', (request) => {
          handled[0] = (handled[0] ?? 0) + 1;
          echo(request);
        });
        await second.serve(subject, 'tokens', (request) => {
          handled[1] = (handled[1] ?? 0) + 1;
          echo(request);
        });

        await Promise.all(Array.from({ length: 40 }, (_, n) => ask(String(n))));

        expect((handled[0] ?? 0) + (handled[1] ?? 0)).toBe(40);
        expect(handled[0]).toBeGreaterThan(0);
        expect(handled[1]).toBeGreaterThan(0);
      });
    });

    describe('broadcasts', () => {
      it('reaches every listener, until it stops listening', async () => {
        const heard: string[] = [];
        const second = await harness.open('tokens');
        const stop = await responder.listen(subject, (payload) => heard.push(`a ${textOf(payload)}`));
        await second.listen(subject, (payload) => heard.push(`b ${textOf(payload)}`));

        caller.broadcast(subject, bytesOf('1'));
        await eventually(() => heard.length === 2);
        await stop();
        caller.broadcast(subject, bytesOf('2'));
        await eventually(() => heard.length === 3);
        await sleep(20);

        expect([...heard].sort()).toEqual(['a 1', 'b 1', 'b 2']);
      });
    });

    describe('stopping', () => {
      it('answers what is in hand when it stops serving, and takes no more', async () => {
        const stop = await responder.serve(subject, 'tokens', (request) => {
          void sleep(100).then(() => {
            echo(request);
          });
        });
        const inFlight = Array.from({ length: 10 }, (_, n) => ask(String(n)));
        await sleep(30);

        await stop();

        expect(await Promise.all(inFlight)).toEqual(Array.from({ length: 10 }, (_, n) => `echo ${String(n)}`));
        expect((await errorOf(ask('?'))).code).toBe('unavailable');
      });

      it('leaves the other members of the queue group at work: no request fails', async () => {
        const second = await harness.open('tokens');
        const slowly = (request: IncomingRequest): void => {
          setTimeout(() => {
            echo(request);
          }, 2);
        };
        const stop = await responder.serve(subject, 'tokens', slowly);
        await second.serve(subject, 'tokens', slowly);
        const asked: Promise<string>[] = [];
        const load = setInterval(() => asked.push(ask('x'), ask('y')), 1);
        await sleep(50);

        await stop();
        await sleep(50);
        clearInterval(load);

        expect(asked.length).toBeGreaterThan(20);
        expect((await Promise.allSettled(asked)).filter((outcome) => outcome.status === 'rejected')).toEqual([]);
      });

      it('drains: answers what is in hand, is not connected any more, refuses what comes later', async () => {
        await responder.serve(subject, 'tokens', (request) => {
          void sleep(100).then(() => {
            echo(request);
          });
        });
        expect(responder.isConnected()).toBe(true);
        const inFlight = Array.from({ length: 10 }, (_, n) => ask(String(n)));
        await sleep(30);

        await responder.drain();

        expect(await Promise.all(inFlight)).toHaveLength(10);
        expect(responder.isConnected()).toBe(false);
        expect((await errorOf(ask('?'))).code).toBe('unavailable');
        expect((await errorOf(responder.request(subject, EMPTY, {}, { timeoutMs: 500 }))).code).toBe('unavailable');
      });
    });

    describe('durable messages', () => {
      let stream: string;
      let received: string[];

      beforeEach(() => {
        stream = freshWord().toUpperCase();
        received = [];
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
        await consume(responder, (messages) =>
          ++tries > 1 ? take(messages) : Promise.reject(new Error('no database')),
        );

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

        await Promise.all(Array.from({ length: 60 }, (_, n) => publish(String(n))));
        await eventually(() => received.length >= 60);
        await sleep(50);

        expect(new Set(received).size).toBe(60);
        expect(received).toHaveLength(60);
        expect(Math.min(...shares)).toBeGreaterThan(0);
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
        await sleep(60);

        await stop();
        await sleep(60);
        clearInterval(load);
        await Promise.all(published);

        await eventually(() => new Set(received).size === published.length);
      });
    });
  });
}
