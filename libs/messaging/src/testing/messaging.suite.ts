import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#errors';
import type { Logger } from '#observability';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { INestMicroservice } from '@nestjs/common';
import { newCallContext, type CallContext } from '../call-context.js';
import { ContractMessageClient } from '../client/contract-message-client.js';
import { TransportDurablePublisher } from '../durable/transport-durable-publisher.js';
import type { ContractServerOptions } from '../server/contract-server.js';
import type { Transport } from '../transport.js';
import { bytesOf } from '../wire.js';
import { errorOf, eventually, freshWord, type TransportHarness } from './harness.js';
import { Observed, startTestService, testContracts, type TestContracts } from './test-service.js';

const context = (options: Partial<Parameters<typeof newCallContext>[0]> = {}): CallContext =>
  newCallContext({ deadlineMs: 5_000, ...options });

/** What client, server and publisher do together over any transport. */
export function describeMessaging(name: string, createHarness: () => Promise<TransportHarness>): void {
  describe(`messaging over ${name}`, () => {
    let harness: TransportHarness;
    let contracts: TestContracts;
    let observed: Observed;
    let services: INestMicroservice[];
    let callerTransport: Transport;
    let client: ContractMessageClient;

    beforeEach(async () => {
      harness = await createHarness();
      contracts = testContracts(freshWord());
      observed = new Observed();
      services = [];
      callerTransport = await harness.open('gateway');
      client = new ContractMessageClient(callerTransport, 'gateway');
    });

    afterEach(async () => {
      await Promise.all(services.map((service) => service.close()));
      await harness.close();
    });

    const start = async (options: ContractServerOptions = {}, seen = observed): Promise<INestMicroservice> => {
      const service = await startTestService(await harness.open('tokens'), contracts, seen, options);
      services.push(service);
      return service;
    };

    describe('a call', () => {
      it('brings the reply, and carries the context', async () => {
        await start();
        const calling = context({ requestId: 'req-1', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` });

        const reply = await client.call(contracts.single, { text: 'hello' }, calling);

        expect(reply).toMatchObject({ text: 'hello!', requestId: 'req-1', traceparent: calling.traceparent });
      });

      it("gives the handler the nearer of the contract's deadline and the context's", async () => {
        await start();

        const far = await client.call(contracts.single, { text: 'x' }, context({ deadlineMs: 60_000 }));
        const near = await client.call(contracts.single, { text: 'x' }, context({ deadlineMs: 700 }));

        expect(far.remainingMs).toBeGreaterThan(1_500);
        expect(far.remainingMs).toBeLessThanOrEqual(2_000);
        expect(near.remainingMs).toBeGreaterThan(200);
        expect(near.remainingMs).toBeLessThanOrEqual(700);
      });

      it('is too late when the handler overruns, and the handler hears of it', async () => {
        await start();
        const begun = Date.now();

        const error = await errorOf(
          client.call(contracts.single, { text: 'slow', takes: 5_000 }, context({ deadlineMs: 150 })),
        );

        expect(error.code).toBe('deadline_exceeded');
        expect(Date.now() - begun).toBeLessThan(1_500);
        await eventually(() => observed.aborted.includes('slow: deadline_exceeded'));
      });

      it('is not even sent when no time is left or the caller has gone', async () => {
        const send = jest.spyOn(callerTransport, 'request');
        await start();
        const gone = AbortSignal.abort();

        expect((await errorOf(client.call(contracts.single, { text: 'x' }, context({ deadlineMs: 0 })))).code).toBe(
          'deadline_exceeded',
        );
        expect((await errorOf(client.call(contracts.single, { text: 'x' }, context({ signal: gone })))).code).toBe(
          'cancelled',
        );
        expect(send).not.toHaveBeenCalled();
      });

      it('is unavailable at once when nobody serves it', async () => {
        const begun = Date.now();

        expect((await errorOf(client.call(contracts.single, { text: 'x' }, context()))).code).toBe('unavailable');
        expect((await errorOf(client.call(contracts.grouped, { text: 'x' }, context()))).code).toBe('unavailable');
        expect(Date.now() - begun).toBeLessThan(1_000);
      });

      it('is cancelled with its caller: here at once, and at the handler', async () => {
        await start();
        const caller = new AbortController();
        const calling = client.call(
          contracts.single,
          { text: 'long', takes: 5_000 },
          context({ signal: caller.signal }),
        );
        await eventually(() => observed.calls === 1);

        caller.abort();

        expect((await errorOf(calling)).code).toBe('cancelled');
        await eventually(() => observed.aborted.includes('long: cancelled'));
      });

      it('keeps every member of an error on its way', async () => {
        await start();

        const error = await errorOf(client.call(contracts.single, { text: 'x', throws: 'conflict' }, context()));

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
        await start({ logger });

        const error = await errorOf(client.call(contracts.single, { text: 'x', throws: 'crash' }, context()));

        expect(error.toWire()).toEqual({ code: 'internal', reason: 'unexpected' });
        expect(logged).toMatchObject([{ err: { message: 'unexpected: password hunter2' }, reason: 'unexpected' }]);
      });

      it('of a service that is no caller of the contract is refused before it is sent', async () => {
        const send = jest.spyOn(callerTransport, 'request');
        const stranger = new ContractMessageClient(callerTransport, 'roles');

        const error = await errorOf(stranger.call(contracts.single, { text: 'x' }, context()));

        expect(error).toMatchObject({ code: 'internal', reason: 'caller_not_allowed' });
        expect(send).not.toHaveBeenCalled();
      });

      it('is validated by the caller, naming the place and not the value', async () => {
        const request = { text: 17 as unknown as string };

        const error = await errorOf(client.call(contracts.single, request, context()));

        expect(error.code).toBe('malformed_request');
        expect(error.reason).toContain('/text');
        expect(error.reason).not.toContain('17');
      });

      it('is validated by the service, whoever sent it', async () => {
        await start();
        const forge = async (payload: string, headers = {}) =>
          JSON.parse(
            Buffer.from(
              (await callerTransport.request(contracts.single.subject, bytesOf(payload), headers, { timeoutMs: 2_000 }))
                .payload,
            ).toString(),
          ) as unknown;

        expect(await forge('{"text":17}')).toMatchObject({ code: 'malformed_request' });
        expect(await forge('no json')).toMatchObject({ code: 'malformed_request', reason: 'undecodable_json' });
        expect(await forge('{}', { 'chancery-group': '2' })).toMatchObject({ code: 'malformed_request' });
        expect(await forge('[["id"]]', { 'chancery-group': '1' })).toMatchObject({ code: 'malformed_request' });
        expect(observed.calls).toBe(0);
      });

      it('fails with `internal` when the reply breaks the contract', async () => {
        await start();

        const error = await errorOf(client.call(contracts.single, { text: 'x', lies: true }, context()));

        expect(error.code).toBe('internal');
        expect(error.reason).toContain('/text');
      });

      it('fails with `internal` when the reply is too large for the bus', async () => {
        await start();

        const error = await errorOf(
          client.call(contracts.single, { text: 'x'.repeat(callerTransport.maxPayloadBytes - 20) }, context()),
        );

        expect(error).toMatchObject({ code: 'internal', reason: 'reply_too_large' });
      });
    });

    describe('grouping', () => {
      it('puts the calls of one turn of the event loop into one message, at most 32', async () => {
        const send = jest.spyOn(callerTransport, 'request');
        await start();

        const replies = await Promise.all(
          Array.from({ length: 70 }, (_, n) =>
            client.call(contracts.grouped, { text: String(n), takes: 20 }, context({ requestId: `r${String(n)}` })),
          ),
        );

        expect(send).toHaveBeenCalledTimes(3);
        expect(replies.map((reply) => reply.text)).toEqual(Array.from({ length: 70 }, (_, n) => `${String(n)}!`));
        expect(replies.map((reply) => reply.requestId)).toEqual(Array.from({ length: 70 }, (_, n) => `r${String(n)}`));
        expect(observed.mostRunning).toBeGreaterThanOrEqual(32);
      });

      it('keeps a message under 512 KiB', async () => {
        const send = jest.spyOn(callerTransport, 'request');
        await start();

        await Promise.all(
          Array.from({ length: 8 }, () => client.call(contracts.grouped, { text: 'x'.repeat(100_000) }, context())),
        );

        expect(send.mock.calls.length).toBeGreaterThanOrEqual(2);
        for (const [, payload] of send.mock.calls) expect(payload.length).toBeLessThan(512 * 1024);
      });

      it('leaves out what may not ride in a group, and what belongs to another subject', async () => {
        const send = jest.spyOn(callerTransport, 'request');
        await start();

        await Promise.all([
          client.call(contracts.grouped, { text: 'a' }, context()),
          client.call(contracts.grouped, { text: 'b' }, context()),
          client.call(contracts.grouped, { text: 'c', alone: true }, context()),
          client.call(contracts.single, { text: 'd' }, context()),
        ]);

        expect(send).toHaveBeenCalledTimes(3);
      });

      it('gives each call its own error', async () => {
        await start();

        const [good, failing, lying, invalid] = await Promise.allSettled([
          client.call(contracts.grouped, { text: 'good' }, context()),
          client.call(contracts.grouped, { text: 'bad', throws: 'not_found' }, context()),
          client.call(contracts.grouped, { text: 'lying', lies: true }, context()),
          client.call(contracts.grouped, { text: 'crash', throws: 'crash' }, context()),
        ]);

        expect(good).toMatchObject({ status: 'fulfilled', value: { text: 'good!' } });
        expect(failing).toMatchObject({ status: 'rejected', reason: { code: 'not_found', reason: 'inner_reason' } });
        expect(lying).toMatchObject({ status: 'rejected', reason: { code: 'internal' } });
        expect(invalid).toMatchObject({ status: 'rejected', reason: { code: 'internal', reason: 'unexpected' } });
      });

      it("gives each call its own deadline: a neighbour's does not end it, nor does it wait for the slow one for ever", async () => {
        await start();
        const begun = Date.now();

        const [quick, slow] = await Promise.allSettled([
          client.call(contracts.grouped, { text: 'quick' }, context()),
          client.call(contracts.grouped, { text: 'slow', takes: 5_000 }, context({ deadlineMs: 150 })),
        ]);

        expect(quick).toMatchObject({ status: 'fulfilled', value: { text: 'quick!' } });
        expect(slow).toMatchObject({ status: 'rejected', reason: { code: 'deadline_exceeded' } });
        expect(Date.now() - begun).toBeLessThan(1_500);
        await eventually(() => observed.aborted.includes('slow: deadline_exceeded'));
      });

      it('cancels one call of a group without its neighbours', async () => {
        await start();
        const caller = new AbortController();
        const cancelled = client.call(
          contracts.grouped,
          { text: 'unwanted', takes: 5_000 },
          context({ signal: caller.signal }),
        );
        const wanted = client.call(contracts.grouped, { text: 'wanted', takes: 100 }, context());
        await eventually(() => observed.calls === 2);

        caller.abort();

        expect((await errorOf(cancelled)).code).toBe('cancelled');
        expect((await wanted).text).toBe('wanted!');
        expect(observed.aborted).toEqual(['unwanted: cancelled']);
      });

      it("asks alone for replies that do not fit into the group's one answer", async () => {
        const send = jest.spyOn(callerTransport, 'request');
        await start();
        const repeat = 700_000;

        const replies = await Promise.all([
          client.call(contracts.grouped, { text: 'a', repeat }, context()),
          client.call(contracts.grouped, { text: 'b', repeat }, context()),
          client.call(contracts.grouped, { text: 'c' }, context()),
        ]);

        expect(replies.map((reply) => reply.text.length)).toEqual([repeat + 1, repeat + 1, 2]);
        expect(send).toHaveBeenCalledTimes(2);
      });
    });

    describe('a service', () => {
      it('sheds calls above its limit at once, and recovers', async () => {
        await start({ maxInFlight: 4 });

        const outcomes = await Promise.allSettled([
          ...Array.from({ length: 6 }, () => client.call(contracts.grouped, { text: 'x', takes: 100 }, context())),
          ...Array.from({ length: 2 }, () => client.call(contracts.single, { text: 'x', takes: 100 }, context())),
        ]);
        const shed = outcomes.filter((outcome) => outcome.status === 'rejected');

        expect(shed).toHaveLength(4);
        for (const outcome of shed) {
          expect((outcome.reason as AppError).toWire()).toMatchObject({ code: 'overloaded', retryAfterSeconds: 1 });
        }
        expect((await client.call(contracts.single, { text: 'again' }, context())).text).toBe('again!');
      });

      it('finishes the calls in hand when it closes', async () => {
        const service = await start();
        const calls = [
          ...Array.from({ length: 5 }, () => client.call(contracts.single, { text: 'x', takes: 100 }, context())),
          ...Array.from({ length: 5 }, () => client.call(contracts.grouped, { text: 'x', takes: 100 }, context())),
        ];
        await eventually(() => observed.calls === 10);

        await service.close();

        expect(await Promise.all(calls)).toHaveLength(10);
        expect((await errorOf(client.call(contracts.single, { text: 'x' }, context()))).code).toBe('unavailable');
      });

      it('shares the calls with its replicas', async () => {
        const other = new Observed();
        await start();
        await start({}, other);

        await Promise.all(Array.from({ length: 40 }, () => client.call(contracts.single, { text: 'x' }, context())));

        expect(observed.calls + other.calls).toBe(40);
        expect(Math.min(observed.calls, other.calls)).toBeGreaterThan(0);
      });

      it('does not start without a handler for each of its contracts', async () => {
        const missing = testContracts(freshWord()).single;

        await expect(start({ calls: [missing] })).rejects.toThrow(missing.subject);
        await start({ calls: [missing], requireAll: false });
      });
    });

    describe('durable events', () => {
      let publisher: TransportDurablePublisher;
      let publisherTransport: Transport;

      beforeEach(async () => {
        publisherTransport = await harness.open('tokens');
        publisher = new TransportDurablePublisher(publisherTransport, 'tokens');
      });

      it('of one turn of the event loop travel in one message and all arrive', async () => {
        const send = jest.spyOn(publisherTransport, 'publishDurable');
        await start();
        const ids = Array.from({ length: 300 }, (_, n) => `e${String(n)}`);

        await Promise.all(ids.map((id) => publisher.publish(contracts.happened, { id }, context())));
        await eventually(() => observed.events.length === 300);

        expect(send).toHaveBeenCalledTimes(2);
        expect(observed.events.map((event) => event.id)).toEqual(ids);
        expect(observed.poison).toEqual([]);
      });

      it('keeps a message under 512 KiB', async () => {
        const send = jest.spyOn(publisherTransport, 'publishDurable');
        await start();
        const size = 'x'.repeat(100_000);

        await Promise.all(
          Array.from({ length: 8 }, (_, n) =>
            publisher.publish(contracts.happened, { id: String(n), size }, context()),
          ),
        );
        await eventually(() => observed.events.length === 8);

        expect(send.mock.calls.length).toBeGreaterThanOrEqual(2);
        for (const [, payload] of send.mock.calls) expect(payload.length).toBeLessThan(512 * 1024);
      });

      it('come again when the consumer could not handle them', async () => {
        observed.failBatches = 2;
        await start();

        await publisher.publish(contracts.happened, { id: 'persistent' }, context());
        await eventually(() => observed.events.length === 1);

        expect(observed.batches).toBe(3);
      });

      it('are published again under the same id when the acknowledgement stays out, and arrive once', async () => {
        await start();
        const ids: string[] = [];
        const original = publisherTransport.publishDurable.bind(publisherTransport);
        jest.spyOn(publisherTransport, 'publishDurable').mockImplementation(async (subject, payload, options) => {
          await original(subject, payload, options);
          ids.push(options.messageId);
          if (ids.length < 3) throw new AppError('unavailable', { reason: 'not_acknowledged' });
        });

        await publisher.publish(contracts.happened, { id: 'unclear' }, context());
        await publisher.publish(contracts.happened, { id: 'after' }, context());
        await eventually(() => observed.events.length >= 2);
        await sleep(30);

        expect(ids).toHaveLength(4);
        expect(new Set(ids.slice(0, 3)).size).toBe(1);
        expect(observed.events.map((event) => event.id)).toEqual(['unclear', 'after']);
      });

      it('are unavailable when they could not be made durable in time', async () => {
        const begun = Date.now();

        const error = await errorOf(publisher.publish(contracts.happened, { id: 'x' }, context({ deadlineMs: 200 })));

        expect(error.code).toBe('unavailable');
        expect(Date.now() - begun).toBeGreaterThanOrEqual(190);
        expect(Date.now() - begun).toBeLessThan(1_500);
      });

      it('that do not fit the contract are set aside as poison, their neighbours are not', async () => {
        await start();
        const publishRaw = (payload: string): Promise<void> =>
          publisherTransport.publishDurable(contracts.happened.subject, bytesOf(payload), {
            messageId: freshWord(),
            timeoutMs: 2_000,
          });

        await publishRaw('[{"id":"good"},{"id":7},{"id":"extra","more":1}]');
        await publishRaw('not json');
        await publishRaw('{"id":"not a list"}');
        await eventually(() => observed.poison.length === 4);

        expect(observed.events).toEqual([{ id: 'good' }]);
        expect(observed.poison.map((entry) => entry.payload)).toEqual([
          '{"id":7}',
          '{"id":"extra","more":1}',
          'not json',
          '{"id":"not a list"}',
        ]);
        for (const entry of observed.poison) expect(entry.error).not.toBe('');
      });

      it('are refused of a service that is no publisher of the contract, and when they do not fit it', async () => {
        const send = jest.spyOn(publisherTransport, 'publishDurable');
        const stranger = new TransportDurablePublisher(publisherTransport, 'roles');
        const unfit = { id: 1 as unknown as string };

        expect(await errorOf(stranger.publish(contracts.happened, { id: 'x' }, context()))).toMatchObject({
          code: 'internal',
          reason: 'publisher_not_allowed',
        });
        expect((await errorOf(publisher.publish(contracts.happened, unfit, context()))).code).toBe('internal');
        expect(send).not.toHaveBeenCalled();
      });
    });
  });
}
