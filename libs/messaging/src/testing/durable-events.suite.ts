import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#errors';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TransportDurablePublisher } from '../durable/transport-durable-publisher.js';
import type { Transport } from '../transport.js';
import { bytesOf } from '../wire.js';
import { errorOf, eventually, freshWord, type TransportHarness } from './harness.js';
import { context, MessagingFixture } from './messaging-fixture.js';

/** What publisher and consumer do together over any transport. */
export function describeDurableEvents(name: string, createHarness: () => Promise<TransportHarness>): void {
  describe(`durable events over ${name}`, () => {
    let fixture: MessagingFixture;

    beforeEach(async () => {
      fixture = await MessagingFixture.open(createHarness);
    });

    afterEach(async () => {
      await fixture.close();
    });

    describe('durable events', () => {
      let publisher: TransportDurablePublisher;
      let publisherTransport: Transport;

      beforeEach(async () => {
        publisherTransport = await fixture.harness.open('tokens');
        publisher = new TransportDurablePublisher(publisherTransport, 'tokens');
      });

      it('of one turn of the event loop travel in one message and all arrive', async () => {
        const send = jest.spyOn(publisherTransport, 'publishDurable');
        await fixture.start();
        const ids = Array.from({ length: 300 }, (_, n) => `e${String(n)}`);

        await Promise.all(ids.map((id) => publisher.publish(fixture.contracts.happened, { id }, context())));
        await eventually(() => fixture.observed.events.length === 300);

        expect(send).toHaveBeenCalledTimes(2);
        expect(fixture.observed.events.map((event) => event.id)).toEqual(ids);
        expect(fixture.observed.poison).toEqual([]);
      });

      it('keeps a message under 512 KiB', async () => {
        const send = jest.spyOn(publisherTransport, 'publishDurable');
        await fixture.start();
        const size = 'x'.repeat(100_000);

        await Promise.all(
          Array.from({ length: 8 }, (_, n) =>
            publisher.publish(fixture.contracts.happened, { id: String(n), size }, context()),
          ),
        );
        await eventually(() => fixture.observed.events.length === 8);

        expect(send.mock.calls.length).toBeGreaterThanOrEqual(2);
        for (const [, payload] of send.mock.calls) expect(payload.length).toBeLessThan(512 * 1024);
      });

      it('come again when the consumer could not handle them', async () => {
        fixture.observed.failBatches = 2;
        await fixture.start();

        await publisher.publish(fixture.contracts.happened, { id: 'persistent' }, context());
        await eventually(() => fixture.observed.events.length === 1);

        expect(fixture.observed.batches).toBe(3);
      });

      it('are published again under the same id when the acknowledgement stays out, and arrive once', async () => {
        await fixture.start();
        const ids: string[] = [];
        const original = publisherTransport.publishDurable.bind(publisherTransport);
        jest.spyOn(publisherTransport, 'publishDurable').mockImplementation(async (subject, payload, options) => {
          await original(subject, payload, options);
          ids.push(options.messageId);
          if (ids.length < 3) throw new AppError('unavailable', { reason: 'not_acknowledged' });
        });

        await publisher.publish(fixture.contracts.happened, { id: 'unclear' }, context());
        await publisher.publish(fixture.contracts.happened, { id: 'after' }, context());
        await eventually(() => fixture.observed.events.length >= 2);
        await sleep(30);

        expect(ids).toHaveLength(4);
        expect(new Set(ids.slice(0, 3)).size).toBe(1);
        expect(fixture.observed.events.map((event) => event.id)).toEqual(['unclear', 'after']);
      });

      it('are unavailable when they could not be made durable in time', async () => {
        const begun = Date.now();

        const error = await errorOf(
          publisher.publish(fixture.contracts.happened, { id: 'x' }, context({ deadlineMs: 200 })),
        );

        expect(error.code).toBe('unavailable');
        expect(Date.now() - begun).toBeGreaterThanOrEqual(190);
        expect(Date.now() - begun).toBeLessThan(10_000);
      });

      it('that do not fit the contract are set aside as poison, their neighbours are not', async () => {
        await fixture.start();
        const publishRaw = (payload: string): Promise<void> =>
          publisherTransport.publishDurable(fixture.contracts.happened.subject, bytesOf(payload), {
            messageId: freshWord(),
            timeoutMs: 2_000,
          });

        await publishRaw('[{"id":"good"},{"id":7},{"id":"extra","more":1}]');
        await publishRaw('not json');
        await publishRaw('{"id":"not a list"}');
        await eventually(() => fixture.observed.poison.length === 4);

        expect(fixture.observed.events).toEqual([{ id: 'good' }]);
        expect(fixture.observed.poison.map((entry) => entry.payload)).toEqual([
          '{"id":7}',
          '{"id":"extra","more":1}',
          'not json',
          '{"id":"not a list"}',
        ]);
        for (const entry of fixture.observed.poison) expect(entry.error).not.toBe('');
      });

      it('are refused of a service that is no publisher of the contract, and when they do not fit it', async () => {
        const send = jest.spyOn(publisherTransport, 'publishDurable');
        const stranger = new TransportDurablePublisher(publisherTransport, 'roles');
        const unfit = { id: 1 as unknown as string };

        expect(await errorOf(stranger.publish(fixture.contracts.happened, { id: 'x' }, context()))).toMatchObject({
          code: 'internal',
          reason: 'publisher_not_allowed',
        });
        expect((await errorOf(publisher.publish(fixture.contracts.happened, unfit, context()))).code).toBe('internal');
        expect(send).not.toHaveBeenCalled();
      });
    });
  });
}
