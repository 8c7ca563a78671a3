import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { IncomingRequest, Transport } from '../transport.js';
import { bytesOf, textOf } from '../wire.js';
import { describeDurableTransport } from './durable-transport.suite.js';
import { errorOf, eventually, freshWord, type TransportHarness } from './harness.js';

const EMPTY = new Uint8Array();

function echo(request: IncomingRequest): void {
  request.respond(bytesOf(`echo ${textOf(request.payload)}`));
}

/** What every transport does alike: the contract of the `Transport` port. */
export function describeTransport(name: string, createHarness: () => Promise<TransportHarness>): void {
  describeRequests(name, createHarness);
  describeDurableTransport(name, createHarness);
}

function describeRequests(name: string, createHarness: () => Promise<TransportHarness>): void {
  describe(`${name} as a transport of requests`, () => {
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

    const ask = async (text: string, timeoutMs = 20_000): Promise<string> =>
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
        expect((await errorOf(ask('?', 60_000))).code).toBe('unavailable');
      });

      it('exceeds its deadline when the answer does not come', async () => {
        await responder.serve(subject, 'tokens', () => {});
        const begun = Date.now();

        expect((await errorOf(ask('?', 100))).code).toBe('deadline_exceeded');
        expect(Date.now() - begun).toBeGreaterThanOrEqual(95);
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
        const inHand: IncomingRequest[] = [];
        const stop = await responder.serve(subject, 'tokens', (request) => inHand.push(request));
        const inFlight = Array.from({ length: 10 }, (_, n) => ask(String(n)));
        await eventually(() => inHand.length === 10);

        const stopped = stop();
        inHand.forEach(echo);
        await stopped;

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
        await eventually(() => asked.length > 20);

        await stop();
        const sofar = asked.length;
        await eventually(() => asked.length > sofar + 20);
        clearInterval(load);

        expect((await Promise.allSettled(asked)).filter((outcome) => outcome.status === 'rejected')).toEqual([]);
      });

      it('drains: answers what is in hand, is not connected any more, refuses what comes later', async () => {
        const inHand: IncomingRequest[] = [];
        await responder.serve(subject, 'tokens', (request) => inHand.push(request));
        expect(responder.isConnected()).toBe(true);
        const inFlight = Array.from({ length: 10 }, (_, n) => ask(String(n)));
        await eventually(() => inHand.length === 10);

        const drained = responder.drain();
        inHand.forEach(echo);
        await drained;

        expect(await Promise.all(inFlight)).toHaveLength(10);
        expect(responder.isConnected()).toBe(false);
        expect((await errorOf(ask('?'))).code).toBe('unavailable');
        expect((await errorOf(responder.request(subject, EMPTY, {}, { timeoutMs: 500 }))).code).toBe('unavailable');
      });
    });
  });
}
