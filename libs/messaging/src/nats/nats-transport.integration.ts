import { setTimeout as sleep } from 'node:timers/promises';
import { SilentLogger } from '#observability';
import { startNats } from '#testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestMicroservice } from '@nestjs/common';
import { newCallContext } from '../call-context.js';
import { ContractMessageClient } from '../client/contract-message-client.js';
import { TransportDurablePublisher } from '../durable/transport-durable-publisher.js';
import { errorOf, eventually, freshWord, type TransportHarness } from '../testing/harness.js';
import { describeMessaging } from '../testing/messaging.suite.js';
import { Observed, startTestService, testContracts, type TestContracts } from '../testing/test-service.js';
import { describeTransport } from '../testing/transport.suite.js';
import { bytesOf } from '../wire.js';
import { NatsTransport } from './nats-transport.js';

const logger = new SilentLogger();
const streams = { maxBytes: 16 * 1024 * 1024 };

function overNats(url: string): TransportHarness {
  const opened: NatsTransport[] = [];
  return {
    open: async (name) => {
      const transport = await NatsTransport.connect({
        url,
        name,
        logger,
        streams,
        pullExpiresMs: 100,
        drainTimeoutMs: 1_000,
      });
      opened.push(transport);
      return transport;
    },
    close: async () => {
      await Promise.all(opened.map((transport) => transport.drain()));
    },
  };
}

function sharedServer(): Promise<TransportHarness> {
  const url = process.env['TEST_NATS_URL'];
  if (url === undefined) throw new Error('TEST_NATS_URL is not set');
  return Promise.resolve(overNats(url));
}

describeTransport('NatsTransport', sharedServer);
describeMessaging('NatsTransport', sharedServer);

describe('NatsTransport when NATS is restarted', () => {
  let server: Awaited<ReturnType<typeof startNats>>;
  let harness: TransportHarness;
  let contracts: TestContracts;
  let observed: Observed;
  let service: INestMicroservice;
  let client: ContractMessageClient;
  let publisher: TransportDurablePublisher;
  let gateway: Awaited<ReturnType<TransportHarness['open']>>;
  const context = (deadlineMs = 5_000) => newCallContext({ deadlineMs });

  beforeAll(async () => {
    server = await startNats();
    harness = overNats(server.url);
    contracts = testContracts(freshWord());
    observed = new Observed();
    service = await startTestService(await harness.open('tokens'), contracts, observed);
    gateway = await harness.open('gateway');
    client = new ContractMessageClient(gateway, 'gateway');
    publisher = new TransportDurablePublisher(await harness.open('tokens'), 'tokens');
  });

  afterAll(async () => {
    await service.close();
    await harness.close();
    await server.stop();
  });

  afterEach(() => {
    observed.failBatches = 0;
  });

  it('fails requests fast while it is away, those in flight too, and everything resumes by itself', async () => {
    const inFlight = client.call(contracts.single, { text: 'in flight', takes: 2_000 }, context());
    await eventually(() => observed.calls === 1);
    const killedAt = Date.now();

    await server.kill();
    expect((await errorOf(inFlight)).code).toBe('unavailable');
    expect(gateway.isConnected()).toBe(false);
    expect((await errorOf(client.call(contracts.single, { text: 'away' }, context()))).code).toBe('unavailable');
    expect(Date.now() - killedAt).toBeLessThan(1_500);

    await server.restart();
    await eventually(() => gateway.isConnected());
    const answers: string[] = [];
    const until = Date.now() + 5_000;
    while (answers.length === 0 && Date.now() < until) {
      await client.call(contracts.grouped, { text: 'back' }, context(500)).then(
        (reply) => answers.push(reply.text),
        () => sleep(20),
      );
    }
    expect(answers).toEqual(['back!']);
    await publisher.publish(contracts.happened, { id: 'after' }, context());
    await eventually(() => observed.events.some((event) => event.id === 'after'));
  }, 20_000);

  it('loses no event whose publishing was acknowledged, however often it is killed', async () => {
    const acknowledged: string[] = [];
    let count = 0;
    let refused = 0;
    const load = setInterval(() => {
      const id = `load-${String(++count)}`;
      publisher.publish(contracts.happened, { id }, context()).then(
        () => acknowledged.push(id),
        () => refused++,
      );
    }, 5);
    for (let round = 0; round < 3; round++) {
      await sleep(150);
      await server.kill();
      await sleep(100);
      await server.restart();
    }
    await sleep(300);
    clearInterval(load);
    await eventually(() => acknowledged.length + refused === count, 8_000);

    const arrived = (): ReadonlySet<string> => new Set(observed.events.map((event) => event.id));
    await eventually(() => acknowledged.every((id) => arrived().has(id)), 35_000);
    expect(acknowledged.length).toBeGreaterThan(50);
    // The publisher goes on trying within the deadline, so a restart refuses nobody.
    expect(refused).toBe(0);
  }, 60_000);

  it('keeps what was published while no consumer ran', async () => {
    await service.close();
    await publisher.publish(contracts.happened, { id: 'kept' }, context());
    await server.kill();
    await server.restart();

    const later = new Observed();
    service = await startTestService(await harness.open('tokens'), contracts, later);

    await eventually(() => later.events.some((event) => event.id === 'kept'));
  }, 20_000);
});

describe('NatsTransport at the edges', () => {
  it('refuses publishers, and drops nothing, when the stream is full', async () => {
    const server = await startNats();
    const small = { maxBytes: 64 * 1024 };
    const transport = await NatsTransport.connect({ url: server.url, name: 'audit', logger, streams: small });
    const subject = `audit.${freshWord()}.happened.v1`;
    const consume = { stream: 'SMALL', subject, consumer: 'audit', maxBatch: 8 };
    const stop = await transport.consumeDurable(consume, () => Promise.resolve());
    await stop();

    const publish = (n: number): Promise<void> =>
      transport.publishDurable(subject, new Uint8Array(10_000), { messageId: String(n), timeoutMs: 2_000 });
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => publish(n)));
    const kept = outcomes.filter((outcome) => outcome.status === 'fulfilled').length;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(10);
    expect(await errorOf(publish(99))).toMatchObject({
      code: 'unavailable',
      reason: expect.stringContaining('stream'),
    });

    let received = 0;
    await transport.consumeDurable(consume, (messages) => {
      for (const message of messages) message.ack();
      received += messages.length;
      return Promise.resolve();
    });
    await eventually(() => received === kept);
    // The server frees the room some time after the acknowledgement has reached it.
    await eventually(async () => (await Promise.allSettled([publish(100)]))[0].status === 'fulfilled');

    await transport.drain();
    await server.stop();
  }, 20_000);

  it('brings an existing stream up to date', async () => {
    const subject = `audit.${freshWord()}.happened.v1`;
    const stream = freshWord().toUpperCase();
    for (const maxBytes of [1_000_000, 2_000_000]) {
      const transport = await NatsTransport.connect({
        url: process.env['TEST_NATS_URL'] ?? '',
        name: 'audit',
        logger,
        streams: { maxBytes },
      });
      let received = 0;
      await transport.consumeDurable({ stream, subject, consumer: 'audit', maxBatch: 1 }, (messages) => {
        for (const message of messages) message.ack();
        received++;
        return Promise.resolve();
      });
      await transport.publishDurable(subject, bytesOf('x'), { messageId: freshWord(), timeoutMs: 2_000 });
      await eventually(() => received === 1);
      const info = await transport.request(`$JS.API.STREAM.INFO.${stream}`, bytesOf(''), {}, { timeoutMs: 2_000 });
      expect(JSON.parse(Buffer.from(info.payload).toString())).toMatchObject({
        config: { max_bytes: maxBytes, retention: 'workqueue', discard: 'new', storage: 'file' },
      });
      await transport.drain();
    }
  });

  it('says that no server can be reached, when the time for it is over', async () => {
    const connecting = NatsTransport.connect({
      url: 'nats://127.0.0.1:1',
      name: 'gateway',
      logger,
      connectTimeoutMs: 300,
    });

    expect(await errorOf(connecting)).toMatchObject({ code: 'unavailable', reason: 'nats_not_reachable' });
  });
});

describe('NatsTransport when NATS stands still', () => {
  it('does not hand over what waited for so long that its caller has given up', async () => {
    const server = await startNats();
    const harness = overNats(server.url);
    const contracts = testContracts(freshWord());
    const observed = new Observed();
    const service = await startTestService(await harness.open('tokens'), contracts, observed);
    const client = new ContractMessageClient(await harness.open('gateway'), 'gateway');
    const call = (text: string) => client.call(contracts.single, { text }, newCallContext({ deadlineMs: 5_000 }));
    try {
      await call('before');
      process.kill(server.pid, 'SIGSTOP');
      // The contract's own deadline: 2 s.
      expect((await errorOf(call('late'))).code).toBe('deadline_exceeded');
      process.kill(server.pid, 'SIGCONT');
      // Refused for a moment, because nobody can tell what has waited.
      const answered = async (): Promise<boolean> => (await call('again').catch(() => undefined)) !== undefined;
      while (!(await answered())) await sleep(50);
      expect(observed.calls).toBe(2);
    } finally {
      process.kill(server.pid, 'SIGCONT');
      await service.close();
      await harness.close();
      await server.stop();
    }
  });
});
