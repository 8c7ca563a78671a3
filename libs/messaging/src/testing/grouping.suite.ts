import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { AppError } from '#errors';
import { errorOf, eventually, freshWord, type TransportHarness } from './harness.js';
import { context, MessagingFixture } from './messaging-fixture.js';
import { Observed, testContracts } from './test-service.js';

/** How calls share messages, and how services share and bear the load, over any transport. */
export function describeGroupingAndServices(name: string, createHarness: () => Promise<TransportHarness>): void {
  describe(`groups and services over ${name}`, () => {
    let fixture: MessagingFixture;

    beforeEach(async () => {
      fixture = await MessagingFixture.open(createHarness);
    });

    afterEach(async () => {
      await fixture.close();
    });

    describe('grouping', () => {
      it('puts the calls of one turn of the event loop into one message, at most 32', async () => {
        const send = jest.spyOn(fixture.callerTransport, 'request');
        await fixture.start();

        const replies = await Promise.all(
          Array.from({ length: 70 }, (_, n) =>
            fixture.client.call(
              fixture.contracts.grouped,
              { text: String(n), takes: 20 },
              context({ requestId: `r${String(n)}` }),
            ),
          ),
        );

        expect(send).toHaveBeenCalledTimes(3);
        expect(replies.map((reply) => reply.text)).toEqual(Array.from({ length: 70 }, (_, n) => `${String(n)}!`));
        expect(replies.map((reply) => reply.requestId)).toEqual(Array.from({ length: 70 }, (_, n) => `r${String(n)}`));
        expect(fixture.observed.mostRunning).toBeGreaterThanOrEqual(32);
      });

      it('keeps a message under 512 KiB', async () => {
        const send = jest.spyOn(fixture.callerTransport, 'request');
        await fixture.start();

        await Promise.all(
          Array.from({ length: 8 }, () =>
            fixture.client.call(fixture.contracts.grouped, { text: 'x'.repeat(100_000) }, context()),
          ),
        );

        expect(send.mock.calls.length).toBeGreaterThanOrEqual(2);
        for (const [, payload] of send.mock.calls) expect(payload.length).toBeLessThan(512 * 1024);
      });

      it('leaves out what may not ride in a group, and what belongs to another subject', async () => {
        const send = jest.spyOn(fixture.callerTransport, 'request');
        await fixture.start();

        await Promise.all([
          fixture.client.call(fixture.contracts.grouped, { text: 'a' }, context()),
          fixture.client.call(fixture.contracts.grouped, { text: 'b' }, context()),
          fixture.client.call(fixture.contracts.grouped, { text: 'c', alone: true }, context()),
          fixture.client.call(fixture.contracts.single, { text: 'd' }, context()),
        ]);

        expect(send).toHaveBeenCalledTimes(3);
      });

      it('gives each call its own error', async () => {
        await fixture.start();

        const [good, failing, lying, invalid] = await Promise.allSettled([
          fixture.client.call(fixture.contracts.grouped, { text: 'good' }, context()),
          fixture.client.call(fixture.contracts.grouped, { text: 'bad', throws: 'not_found' }, context()),
          fixture.client.call(fixture.contracts.grouped, { text: 'lying', lies: true }, context()),
          fixture.client.call(fixture.contracts.grouped, { text: 'crash', throws: 'crash' }, context()),
        ]);

        expect(good).toMatchObject({ status: 'fulfilled', value: { text: 'good!' } });
        expect(failing).toMatchObject({ status: 'rejected', reason: { code: 'not_found', reason: 'inner_reason' } });
        expect(lying).toMatchObject({ status: 'rejected', reason: { code: 'internal' } });
        expect(invalid).toMatchObject({ status: 'rejected', reason: { code: 'internal', reason: 'unexpected' } });
      });

      it("gives each call its own deadline: a neighbour's does not end it, nor does it wait for the slow one for ever", async () => {
        await fixture.start();

        const [quick, slow] = await Promise.allSettled([
          fixture.client.call(fixture.contracts.grouped, { text: 'quick' }, context()),
          fixture.client.call(fixture.contracts.grouped, { text: 'slow', takes: 60_000 }, context({ deadlineMs: 150 })),
        ]);

        expect(quick).toMatchObject({ status: 'fulfilled', value: { text: 'quick!' } });
        expect(slow).toMatchObject({ status: 'rejected', reason: { code: 'deadline_exceeded' } });
        // The caller, whose time is up as well, cancels; whichever comes first ends the handler.
        await eventually(() =>
          fixture.observed.aborted.some((abort) => /^slow: (deadline_exceeded|cancelled)$/.test(abort)),
        );
      });

      it('cancels one call of a group without its neighbours', async () => {
        await fixture.start();
        const caller = new AbortController();
        const cancelled = fixture.client.call(
          fixture.contracts.grouped,
          { text: 'unwanted', takes: 60_000 },
          context({ signal: caller.signal }),
        );
        const wanted = fixture.client.call(fixture.contracts.grouped, { text: 'wanted', takes: 100 }, context());
        await eventually(() => fixture.observed.calls === 2);

        caller.abort();

        expect((await errorOf(cancelled)).code).toBe('cancelled');
        expect((await wanted).text).toBe('wanted!');
        expect(fixture.observed.aborted).toEqual(['unwanted: cancelled']);
      });

      it("asks alone for replies that do not fit into the group's one answer", async () => {
        const send = jest.spyOn(fixture.callerTransport, 'request');
        await fixture.start();
        // Two of them are too large for one answer.
        const repeat = Math.floor(fixture.callerTransport.maxPayloadBytes * 0.67);

        const replies = await Promise.all([
          fixture.client.call(fixture.contracts.grouped, { text: 'a', repeat }, context()),
          fixture.client.call(fixture.contracts.grouped, { text: 'b', repeat }, context()),
          fixture.client.call(fixture.contracts.grouped, { text: 'c' }, context()),
        ]);

        expect(replies.map((reply) => reply.text.length)).toEqual([repeat + 1, repeat + 1, 2]);
        expect(send).toHaveBeenCalledTimes(2);
      });
    });

    describe('a service', () => {
      it('sheds calls above its limit at once, and recovers', async () => {
        await fixture.start({ maxInFlight: 4 });

        const outcomes = await Promise.allSettled([
          ...Array.from({ length: 6 }, () =>
            fixture.client.call(fixture.contracts.grouped, { text: 'x', takes: 100 }, context()),
          ),
          ...Array.from({ length: 2 }, () =>
            fixture.client.call(fixture.contracts.single, { text: 'x', takes: 100 }, context()),
          ),
        ]);
        const shed = outcomes.filter((outcome) => outcome.status === 'rejected');

        expect(shed).toHaveLength(4);
        for (const outcome of shed) {
          expect((outcome.reason as AppError).toWire()).toMatchObject({ code: 'overloaded', retryAfterSeconds: 1 });
        }
        expect((await fixture.client.call(fixture.contracts.single, { text: 'again' }, context())).text).toBe('again!');
      });

      it('finishes the calls in hand when it closes', async () => {
        const service = await fixture.start();
        const calls = [
          ...Array.from({ length: 5 }, () =>
            fixture.client.call(fixture.contracts.single, { text: 'x', takes: 100 }, context()),
          ),
          ...Array.from({ length: 5 }, () =>
            fixture.client.call(fixture.contracts.grouped, { text: 'x', takes: 100 }, context()),
          ),
        ];
        await eventually(() => fixture.observed.calls === 10);

        await service.close();

        expect(await Promise.all(calls)).toHaveLength(10);
        expect((await errorOf(fixture.client.call(fixture.contracts.single, { text: 'x' }, context()))).code).toBe(
          'unavailable',
        );
      });

      it('shares the calls with its replicas', async () => {
        const other = new Observed();
        await fixture.start();
        await fixture.start({}, other);

        await Promise.all(
          Array.from({ length: 40 }, () => fixture.client.call(fixture.contracts.single, { text: 'x' }, context())),
        );

        expect(fixture.observed.calls + other.calls).toBe(40);
        expect(Math.min(fixture.observed.calls, other.calls)).toBeGreaterThan(0);
      });

      it('does not start without a handler for each of its contracts', async () => {
        const missing = testContracts(freshWord()).single;

        await expect(fixture.start({ calls: [missing] })).rejects.toThrow(missing.subject);
        await fixture.start({ calls: [missing], requireAll: false });
      });
    });
  });
}
