import { IssueToken } from '#contracts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { answerEverything } from '../testing/answer-everything.js';
import { startGateway, type TestGateway } from '../testing/start-gateway.js';
import { Drain } from './drain.js';

const PATH = '/realms/acme/protocol/openid-connect/token';
const REQUEST = [
  `POST ${PATH} HTTP/1.1`,
  'Host: gateway',
  'Content-Type: application/x-www-form-urlencoded',
  'Content-Length: 12',
  '',
  'grant_type=x',
].join('\r\n');

/** A promise and what settles it. */
function gate() {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, passed };
}

async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; round < 500 && !condition(); round += 1) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(condition()).toBe(true);
}

describe('the HTTP server', () => {
  let gateway: TestGateway;
  const sockets: Socket[] = [];

  const start = async (settings: Parameters<typeof startGateway>[0] = {}) => {
    gateway = await startGateway(settings);
    answerEverything(gateway.bus);
    return new URL(await gateway.listen());
  };

  const open = async (url: URL) => {
    const socket = connect(Number(url.port), url.hostname);
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    return { socket, received: () => text };
  };

  const post = (url: URL) =>
    fetch(new URL(PATH, url), { method: 'POST', body: new URLSearchParams({ grant_type: 'x' }) });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await gateway.close();
  });

  it('aborts what a client that has gone away was waiting for, and frees its place', async () => {
    const url = await start({ settings: { maxInFlight: 1 } });
    const signals: AbortSignal[] = [];
    gateway.bus.on(IssueToken, async (_request, { signal }) => {
      signals.push(signal);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { body: '{}' };
    });
    const { socket } = await open(url);
    socket.write(REQUEST);
    await until(() => signals.length === 1);
    expect(signals[0]?.aborted).toBe(false);
    socket.destroy();
    await until(() => signals[0]?.aborted === true);

    gateway.bus.on(IssueToken, () => ({ body: '{"ok":1}' }));
    expect((await post(url)).status).toBe(200);
  });

  it('frees the places of pipelined requests whose connection goes', async () => {
    const url = await start({ settings: { maxInFlight: 3 } });
    let started = 0;
    gateway.bus.on(IssueToken, async (_request, { signal }) => {
      started += 1;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { body: '{}' };
    });
    const { socket } = await open(url);
    socket.write(REQUEST + REQUEST + REQUEST);
    await until(() => started === 3);
    expect((await post(url)).status).toBe(503);
    socket.destroy();
    gateway.bus.on(IssueToken, () => ({ body: '{"ok":1}' }));
    await until(() => gateway.log.lines.length > 0);
    expect((await post(url)).status).toBe(200);
    expect((await post(url)).status).toBe(200);
  });

  it('does not abort a request that was answered', async () => {
    const url = await start();
    const signals: AbortSignal[] = [];
    gateway.bus.on(IssueToken, (_request, { signal }) => {
      signals.push(signal);
      return { body: '{}' };
    });
    const { socket, received } = await open(url);
    socket.write(REQUEST);
    await until(() => received().includes('{}'));
    socket.destroy();
    await once(socket, 'close');
    expect(signals[0]?.aborted).toBe(false);
  });

  it('sheds at once what is over the limit, each route in its own form, but never health', async () => {
    const url = await start({ settings: { maxInFlight: 1 } });
    const { open: letGo, passed } = gate();
    let started = false;
    gateway.bus.on(IssueToken, async () => {
      started = true;
      await passed;
      return { body: '{}' };
    });
    const first = post(url);
    await until(() => started);
    const second = await post(url);
    expect(second.status).toBe(503);
    expect(second.headers.get('retry-after')).toBe('1');
    expect(second.headers.get('x-request-id')).not.toBeNull();
    expect(await second.json()).toMatchObject({ error: 'temporarily_unavailable' });
    const third = await fetch(new URL('/realms', url));
    expect(third.status).toBe(503);
    expect(await third.json()).toMatchObject({ type: 'urn:chancery:error:overloaded' });
    expect((await fetch(new URL('/health/live', url))).status).toBe(200);
    letGo();
    expect((await first).status).toBe(200);
    expect((await post(url)).status).toBe(200);
  });

  it('serves others while senders of slow bodies take their time', async () => {
    const url = await start({ settings: { maxInFlight: 2 } });
    const slow = await Promise.all([open(url), open(url), open(url)]);
    for (const { socket } of slow) socket.write(REQUEST.slice(0, -1));
    await open(url);

    expect((await post(url)).status).toBe(200);

    slow[0]?.socket.write('x');
    await until(() => slow[0]?.received().startsWith('HTTP/1.1 200') === true);
  });

  it.each(['Host: other', 'host: gateway', 'Content-Type: text/plain'])(
    'refuses a request that repeats a field that may be there once: %s (RFC 9112 §3.2)',
    async (line) => {
      const url = await start();
      const { socket, received } = await open(url);
      socket.write(REQUEST.replace('\r\n\r\n', `\r\n${line}\r\n\r\n`));
      await until(() => received().includes('\r\n\r\n{'));
      expect(received()).toMatch(/^HTTP\/1\.1 400 /);
      expect(gateway.bus.requestsOf(IssueToken)).toEqual([]);
    },
  );

  it('finishes what is in hand when it is told to stop, and takes nothing new', async () => {
    const url = await start();
    const { open: letGo, passed } = gate();
    let started = false;
    gateway.bus.on(IssueToken, async () => {
      started = true;
      await passed;
      return { body: '{"late":1}' };
    });
    expect(await (await fetch(new URL('/health/ready', url))).json()).toEqual({
      status: 'ready',
      checks: { http: true },
    });
    const busy = await open(url);
    busy.socket.write(REQUEST);
    await until(() => started);
    const closed = gateway.close();
    await until(() => !gateway.app.getHttpServer().listening);
    expect((await gateway.readiness.report()).ready).toBe(false);
    await expect(fetch(new URL('/health/live', url))).rejects.toThrow();
    letGo();
    await once(busy.socket, 'close');
    expect(busy.received()).toMatch(/^HTTP\/1\.1 200 /);
    expect(busy.received()).toMatch(/connection: close/i);
    expect(busy.received()).toContain('{"late":1}');
    await closed;
  });

  it('serves a last request of an open connection while it leaves, and closes with the answer', async () => {
    const url = await start();
    gateway.app.get(Drain).windowMs = 1_000;
    const { socket, received } = await open(url);
    socket.write(REQUEST);
    await until(() => received().includes('access_token'));
    expect(received()).not.toMatch(/connection: close/i);
    const closed = gateway.close();
    await until(() => gateway.app.get(Drain).isDraining);
    socket.write(REQUEST);
    await once(socket, 'close');
    expect(received().match(/HTTP\/1\.1 200/g)).toHaveLength(2);
    expect(received()).toMatch(/connection: close/i);
    await closed;
  });

  it('does not wait for a client that has opened a connection and said nothing', async () => {
    const { socket } = await open(await start());
    await Promise.all([once(socket, 'close'), gateway.close()]);
  });

  it('does not wait for ever for a client that never finishes its request', async () => {
    const url = await start();
    gateway.app.get(Drain).limitMs = 50;
    const { socket } = await open(url);
    socket.write(REQUEST.slice(0, 40));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all([once(socket, 'close'), gateway.close()]);
  });

  it('is not ready while something it needs is not', async () => {
    const url = await start();
    gateway.readiness.register('bus', () => false);
    const answer = await fetch(new URL('/health/ready', url));
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ status: 'not_ready', checks: { http: true, bus: false } });
  });

  it.each([
    ['no HTTP', 'nonsense\r\n\r\n', 400],
    ['headers that are too large', `GET / HTTP/1.1\r\nHost: g\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['two lengths', `POST ${PATH} HTTP/1.1\r\nHost: g\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na`, 400],
    [
      'a length and chunks',
      `POST ${PATH} HTTP/1.1\r\nHost: g\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    ['no host', 'GET /health/live HTTP/1.1\r\n\r\n', 400],
  ])('answers %s and closes', async (_title, bytes, status) => {
    const { socket, received } = await open(await start());
    socket.write(bytes);
    await once(socket, 'close');
    expect(received()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(gateway.bus.calls).toEqual([]);
  });

  it('refuses two Authorization headers', async () => {
    const { socket, received } = await open(await start());
    const doubled = 'Authorization: Basic YTpi\r\nauthorization: Basic Yzpk\r\nContent-Type';
    socket.write(REQUEST.replace('Content-Type', doubled));
    await until(() => received().includes('invalid_request'));
    expect(received()).toMatch(/^HTTP\/1\.1 400 /);
    // Recorded without either: nobody can say which of the two was meant.
    expect(gateway.bus.requestsOf(IssueToken)).toMatchObject([
      { authorization: null, parameters: {}, fault: { reason: 'authorization_malformed' } },
    ]);
  });

  it.each([
    ['', '127.0.0.1'],
    ['10.0.0.0/8', '127.0.0.1'],
    ['127.0.0.1', '203.0.113.9'],
    ['loopback,203.0.113.0/24', '198.51.100.7'],
  ])('trusts X-Forwarded-For as %p says', async (trustedProxies, ip) => {
    const url = await start({ settings: { trustedProxies } });
    await fetch(new URL(PATH, url), {
      method: 'POST',
      headers: { 'x-forwarded-for': '198.51.100.7, 203.0.113.9' },
      body: new URLSearchParams({ grant_type: 'x' }),
    });
    expect(gateway.bus.requestsOf(IssueToken)[0]?.peer.ip).toBe(ip);
  });

  it('keeps its own address when a proxy forwards what is none', async () => {
    const url = await start({ settings: { trustedProxies: 'loopback' } });
    await fetch(new URL(PATH, url), {
      method: 'POST',
      headers: { 'x-forwarded-for': `unknown'; drop${'x'.repeat(500)}` },
      body: new URLSearchParams({ grant_type: 'x' }),
    });
    expect(gateway.bus.requestsOf(IssueToken)[0]?.peer.ip).toBe('127.0.0.1');
  });

  it('sends HSTS only where the public address is https', async () => {
    const plain = await fetch(new URL('/health/live', await start()));
    expect(plain.headers.get('strict-transport-security')).toBeNull();
    expect(plain.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    await gateway.close();
    const secure = await fetch(new URL('/health/live', await start({ settings: { publicUrl: 'https://id.example' } })));
    expect(secure.headers.get('strict-transport-security')).toBe('max-age=31536000');
  });
});
