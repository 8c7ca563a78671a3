import { afterEach, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerEverything } from '../testing/answer-everything.js';
import { startGateway } from '../testing/start-gateway.js';
import { Drain } from './drain.js';

afterEach(() => {
  jest.restoreAllMocks();
});

it('serves the request of a connection that was opened just before the gateway stopped listening', async () => {
  const gateway = await startGateway();
  answerEverything(gateway.bus);
  gateway.app.get(Drain).silentMs = 60_000;
  const url = new URL(await gateway.listen());
  const socket = connect(Number(url.port), url.hostname);
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  // Until the gateway has it too.
  await fetch(new URL('/health/live', url));

  const closed = gateway.close();
  while (gateway.app.getHttpServer().listening) await sleep(5);
  // Longer than the gateway takes to look for silent connections.
  await sleep(100);
  socket.write('GET /health/live HTTP/1.1\r\nHost: gateway\r\n\r\n');
  await once(socket, 'close');

  expect(received).toMatch(/^HTTP\/1\.1 200 /);
  expect(received).toMatch(/connection: close/i);
  await closed;
});

it('listens on while new connections come, because nobody has told the load balancer yet', async () => {
  const gateway = await startGateway();
  answerEverything(gateway.bus);
  const drain = gateway.app.get(Drain);
  Object.assign(drain, { windowMs: 1_000, longestWindowMs: 60_000, limitMs: 60_000 });
  let now = performance.now();
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  const url = new URL('/health/live', await gateway.listen());
  const ask = async (): Promise<number> => {
    const answer = await fetch(url);
    await answer.text();
    return answer.status;
  };
  await ask();
  const closed = gateway.close();
  while (!drain.isDraining) await sleep(5);
  for (let round = 0; round < 6; round += 1) {
    now += 450;
    // Longer than the gateway takes to look whether anybody still comes.
    await sleep(50);
    expect(await ask()).toBe(200);
  }
  now += 1_000;
  await closed;
  await expect(ask()).rejects.toThrow();
});
