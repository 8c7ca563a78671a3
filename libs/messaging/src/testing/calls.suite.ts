import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AppError } from '#errors';
import type { Logger } from '#observability';
import { ContractMessageClient } from '../client/contract-message-client.js';
import { bytesOf } from '../wire.js';
import { errorOf, eventually, type TransportHarness } from './harness.js';
import { context, MessagingFixture } from './messaging-fixture.js';

/** What a call does over any transport. */
export function describeCalls(name: string, createHarness: () => Promise<TransportHarness>): void {
  describe(`calls over ${name}`, () => {
    let fixture: MessagingFixture;

    beforeEach(async () => {
      fixture = await MessagingFixture.open(createHarness);
    });

    afterEach(async () => {
      await fixture.close();
    });

    describe('a call', () => {
      it('brings the reply, and carries the context', async () => {
        await fixture.start();
        const calling = context({ requestId: 'req-1', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` });

        const reply = await fixture.client.call(fixture.contracts.single, { text: 'hello' }, calling);

        expect(reply).toMatchObject({ text: 'hello!', requestId: 'req-1', traceparent: calling.traceparent });
      });

      it("gives the handler the nearer of the contract's deadline and the context's", async () => {
        await fixture.start();

        const far = await fixture.client.call(fixture.contracts.single, { text: 'x' }, context({ deadlineMs: 60_000 }));
        const near = await fixture.client.call(fixture.contracts.single, { text: 'x' }, context({ deadlineMs: 7_000 }));

        expect(far.remainingMs).toBeGreaterThan(10_000);
        expect(far.remainingMs).toBeLessThanOrEqual(20_000);
        expect(near.remainingMs).toBeGreaterThan(0);
        expect(near.remainingMs).toBeLessThanOrEqual(7_000);
      });

      it('is too late when the handler overruns, and the handler hears of it', async () => {
        await fixture.start();

        const error = await errorOf(
          fixture.client.call(fixture.contracts.single, { text: 'slow', takes: 60_000 }, context({ deadlineMs: 150 })),
        );

        expect(error.code).toBe('deadline_exceeded');
        // The caller, whose time is up as well, cancels; whichever comes first ends the handler.
        await eventually(() =>
          fixture.observed.aborted.some((abort) => /^slow: (deadline_exceeded|cancelled)$/.test(abort)),
        );
      });

      it('is not even sent when no time is left or the caller has gone', async () => {
        const send = jest.spyOn(fixture.callerTransport, 'request');
        await fixture.start();
        const gone = AbortSignal.abort();

        expect(
          (await errorOf(fixture.client.call(fixture.contracts.single, { text: 'x' }, context({ deadlineMs: 0 }))))
            .code,
        ).toBe('deadline_exceeded');
        expect(
          (await errorOf(fixture.client.call(fixture.contracts.single, { text: 'x' }, context({ signal: gone })))).code,
        ).toBe('cancelled');
        expect(send).not.toHaveBeenCalled();
      });

      it('is unavailable at once when nobody serves it', async () => {
        expect((await errorOf(fixture.client.call(fixture.contracts.single, { text: 'x' }, context()))).code).toBe(
          'unavailable',
        );
        expect((await errorOf(fixture.client.call(fixture.contracts.grouped, { text: 'x' }, context()))).code).toBe(
          'unavailable',
        );
      });

      it('is cancelled with its caller: here at once, and at the handler', async () => {
        await fixture.start();
        const caller = new AbortController();
        const calling = fixture.client.call(
          fixture.contracts.single,
          { text: 'long', takes: 60_000 },
          context({ signal: caller.signal }),
        );
        await eventually(() => fixture.observed.calls === 1);

        caller.abort();

        expect((await errorOf(calling)).code).toBe('cancelled');
        await eventually(() => fixture.observed.aborted.includes('long: cancelled'));
      });

      it('keeps every member of an error on its way', async () => {
        await fixture.start();

        const error = await errorOf(
          fixture.client.call(fixture.contracts.single, { text: 'x', throws: 'conflict' }, context()),
        );

        expect(error.toWire()).toEqual({
          code: 'conflict',
          detail: 'said why',
          reason: 'inner_reason',
          fields: [{ pointer: '/name', field: 'name', message: 'is taken' }],
          retryAfterSeconds: 7,
        });
      });

      it('turns the unexpected into `internal`, whose cause stays in the log of the service', async () => {
        const logged: object[] = [];
        const logger = { error: (fields: object) => logged.push(fields) } as unknown as Logger;
        await fixture.start({ logger });

        const error = await errorOf(
          fixture.client.call(fixture.contracts.single, { text: 'x', throws: 'crash' }, context()),
        );

        expect(error.toWire()).toEqual({ code: 'internal', reason: 'unexpected' });
        expect(logged).toMatchObject([{ err: { message: 'unexpected: password hunter2' }, reason: 'unexpected' }]);
      });

      it('lets the service say what an unexpected error means', async () => {
        const explain = (thrown: unknown): unknown =>
          new AppError('unavailable', { reason: 'database', cause: thrown });
        await fixture.start({ explain });

        const error = await errorOf(
          fixture.client.call(fixture.contracts.single, { text: 'x', throws: 'crash' }, context()),
        );

        expect(error.toWire()).toEqual({ code: 'unavailable', reason: 'database' });
      });

      it('of a service that is no caller of the contract is refused before it is sent', async () => {
        const send = jest.spyOn(fixture.callerTransport, 'request');
        const stranger = new ContractMessageClient(fixture.callerTransport, 'roles');

        const error = await errorOf(stranger.call(fixture.contracts.single, { text: 'x' }, context()));

        expect(error).toMatchObject({ code: 'internal', reason: 'caller_not_allowed' });
        expect(send).not.toHaveBeenCalled();
      });

      it('is validated by the caller, naming the place and not the value', async () => {
        const request = { text: 17 as unknown as string };

        const error = await errorOf(fixture.client.call(fixture.contracts.single, request, context()));

        expect(error.code).toBe('malformed_request');
        expect(error.reason).toContain('/text');
        expect(error.reason).not.toContain('17');
      });

      it('is validated by the service, whoever sent it', async () => {
        await fixture.start();
        const forge = async (payload: string, headers = {}) =>
          JSON.parse(
            Buffer.from(
              (
                await fixture.callerTransport.request(fixture.contracts.single.subject, bytesOf(payload), headers, {
                  timeoutMs: 2_000,
                })
              ).payload,
            ).toString(),
          ) as unknown;

        expect(await forge('{"text":17}')).toMatchObject({ code: 'malformed_request' });
        expect(await forge('no json')).toMatchObject({ code: 'malformed_request', reason: 'undecodable_json' });
        expect(await forge('{}', { 'chancery-group': '2' })).toMatchObject({ code: 'malformed_request' });
        expect(await forge('[["id"]]', { 'chancery-group': '1' })).toMatchObject({ code: 'malformed_request' });
        expect(fixture.observed.calls).toBe(0);
      });

      it('fails with `internal` when the reply breaks the contract', async () => {
        await fixture.start();

        const error = await errorOf(
          fixture.client.call(fixture.contracts.single, { text: 'x', lies: true }, context()),
        );

        expect(error.code).toBe('internal');
        expect(error.reason).toContain('/text');
      });

      it('fails with `internal` when the reply is too large for the bus', async () => {
        await fixture.start();

        const error = await errorOf(
          fixture.client.call(
            fixture.contracts.single,
            { text: 'x'.repeat(fixture.callerTransport.maxPayloadBytes - 20) },
            context(),
          ),
        );

        expect(error).toMatchObject({ code: 'internal', reason: 'reply_too_large' });
      });
    });
  });
}
