import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from '@sinclair/typebox';
import { defineDurableEvent } from '#contracts';
import { AppError } from '#errors';
import { expect, it } from '@jest/globals';
import { InProcessTransport } from '../in-process/in-process-transport.js';
import { context } from '../testing/messaging-fixture.js';
import { errorOf } from '../testing/harness.js';
import { PublishRefused } from './publish-refused.js';
import { TransportDurablePublisher } from './transport-durable-publisher.js';

const Happened = defineDurableEvent({
  subject: 'audit.thing.happened.v1',
  stream: 'THINGS',
  publishers: ['tokens'],
  event: Type.Object({ id: Type.String() }),
});

/** A stream that is full, or not. */
class Stream extends InProcessTransport {
  full = false;
  silent = false;
  sent = 0;

  override publishDurable(): Promise<void> {
    this.sent += 1;
    if (this.silent) return Promise.reject(new AppError('unavailable', { reason: 'not_acknowledged' }));
    return this.full ? Promise.reject(new PublishRefused('stream_refused maximum bytes exceeded')) : Promise.resolve();
  }
}

it('sheds at once while the stream is full, tries it now and then, and goes on by itself', async () => {
  const stream = new Stream();
  const publisher = new TransportDurablePublisher(stream, 'tokens');
  const publish = () => publisher.publish(Happened, { id: 'x' }, context());
  const timed = async (): Promise<number> => {
    const start = performance.now();
    expect(await errorOf(publish())).toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 });
    return performance.now() - start;
  };
  await publish();

  stream.full = true;
  // Those who were there first wait until it is clear that it is no matter of a moment.
  const first = await Promise.all([timed(), timed()]);
  for (const each of first) expect(each).toBeLessThan(10_000);
  const before = stream.sent;
  for (let n = 0; n < 50; n += 1) expect(await timed()).toBeLessThan(10_000);
  expect(stream.sent - before).toBeLessThan(50);

  stream.full = false;
  for (let n = 0; n < 100; n += 1) {
    if (
      await publish().then(
        () => true,
        () => false,
      )
    )
      break;
    await sleep(20);
  }
  await Promise.all(Array.from({ length: 20 }, publish));
});

it('does not take silence for a refusal: the message may have been kept', async () => {
  const stream = new Stream();
  stream.silent = true;
  const publisher = new TransportDurablePublisher(stream, 'tokens');
  const start = performance.now();
  await errorOf(publisher.publish(Happened, { id: 'x' }, context({ deadlineMs: 900 })));
  expect(performance.now() - start).toBeGreaterThan(880);
  stream.silent = false;
  await publisher.publish(Happened, { id: 'x' }, context());
});
