import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Below the range that Linux takes ports of outgoing connections from (32768 and up): a port chosen here stays free while
 * a server that was killed is away, so that it can come back on the same one.
 */
const LOWEST_PORT = 15_000;
const HIGHEST_PORT = 32_000;

/** Whether this machine lets a server listen on the port of 127.0.0.1 now. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** Ports that this process has chosen: who was given one may not listen there yet. */
const given = new Set<number>();

/** A port of 127.0.0.1 that nobody listens on, chosen at random, never the same twice. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (given.has(port) || !(await isPortFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`No free port between ${String(LOWEST_PORT)} and ${String(HIGHEST_PORT)} on 127.0.0.1.`);
}

/** Connects, sends `hello` (when given) and resolves with the first bytes of the answer. */
export function firstBytes(port: number, hello: string | null, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: timeoutMs });
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    socket.once('timeout', () => {
      fail(new Error('timeout'));
    });
    socket.once('error', fail);
    socket.once('close', () => {
      fail(new Error('closed'));
    });
    socket.once('connect', () => {
      if (hello !== null) socket.write(hello);
    });
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString('latin1'));
    });
  });
}

/** Tries until `check` resolves true. False after `timeoutMs`, or as soon as `givenUp` says so. */
export async function waitUntil(
  check: () => Promise<boolean>,
  options: { readonly timeoutMs: number; readonly givenUp?: () => boolean; readonly everyMs?: number },
): Promise<boolean> {
  const end = Date.now() + options.timeoutMs;
  for (;;) {
    if (await check().catch(() => false)) return true;
    if (Date.now() > end || options.givenUp?.() === true) return false;
    await delay(options.everyMs ?? 40);
  }
}
