import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { webhookMessage } from '../../domain/forwarding/webhook-message.js';
import { WebhookTargets } from '../../domain/forwarding/webhook-policy.js';
import { HttpWebhookSender } from './http-webhook-sender.js';

const message = webhookMessage(
  { id: 'e1', type: 'client.created', time: '2026-03-01T12:00:00.000Z' },
  ['whsec_c2VjcmV0'],
  new Date(),
);
const open = new WebhookTargets(true, true);
const servers: { close(): unknown }[] = [];

async function serve(handle: RequestListener): Promise<string> {
  const server: Server = createServer(handle).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

function sender(targets = open): HttpWebhookSender {
  const made = new HttpWebhookSender(targets);
  made.timeoutMs = 300;
  return made;
}

describe('HttpWebhookSender', () => {
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  it('sends the message as it is', async () => {
    let got: { headers: unknown; body: string; method: string | undefined } | undefined;
    const url = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        got = { headers: request.headers, body, method: request.method };
        response.writeHead(204).end();
      });
    });
    expect(await sender().send(`${url}/audit?x=1`, message)).toEqual({ arrived: true });
    expect(got).toMatchObject({ method: 'POST', body: message.body, headers: message.headers });
  });

  it.each([300, 301, 302, 307, 400, 404, 410, 500, 503])(
    'takes %d for a failure and follows nothing',
    async (status) => {
      let second = 0;
      const elsewhere = await serve((_request, response) => {
        second += 1;
        response.end();
      });
      const url = await serve((_request, response) =>
        response.writeHead(status, { location: elsewhere }).end('secret text'),
      );
      expect(await sender().send(url, message)).toEqual({ arrived: false, error: `it answered ${String(status)}` });
      expect(second).toBe(0);
    },
  );

  it('does not wait for a receiver that says nothing, or drips', async () => {
    const silent = await serve(() => undefined);
    expect(await sender().send(silent, message)).toEqual({ arrived: false, error: 'it did not answer in time' });
    const tcp = createTcpServer((socket) => {
      socket.write('HTTP/1.1 2');
      const timer = setInterval(() => socket.write('0'), 50);
      socket.on('error', () => undefined).on('close', () => clearInterval(timer));
    }).listen(0, '127.0.0.1');
    servers.push(tcp);
    await once(tcp, 'listening');
    const started = Date.now();
    const url = `http://127.0.0.1:${String((tcp.address() as AddressInfo).port)}`;
    expect((await sender().send(url, message)).arrived).toBe(false);
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  it('counts an answer once its head is there, however long the body would be', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200).write('x');
    });
    expect(await sender().send(url, message)).toEqual({ arrived: true });
  });

  it('tells of a receiver that is not there', async () => {
    const url = await serve((_request, response) => response.end());
    for (const server of servers.splice(0)) server.close();
    expect(await sender().send(url, message)).toEqual({ arrived: false, error: 'it refused the connection' });
    expect(await sender().send('https://name.invalid/', message)).toEqual({
      arrived: false,
      error: 'its name could not be resolved',
    });
  });

  it('connects to no address that is not public, however it is written', async () => {
    let reached = 0;
    const url = await serve((_request, response) => {
      reached += 1;
      response.end();
    });
    const { port } = new URL(url);
    const guarded = sender(new WebhookTargets(true, false));
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433', '0.0.0.0']) {
      expect({ host, outcome: await guarded.send(`http://${host}:${port}/`, message) }).toEqual({
        host,
        outcome: { arrived: false, error: 'the address is not a public one' },
      });
    }
    expect(reached).toBe(0);
    expect((await sender().send(`http://localhost:${port}/`, message)).arrived).toBe(true);
  });

  it('speaks https only, unless it may', async () => {
    const url = await serve((_request, response) => response.end());
    expect(await sender(new WebhookTargets(false, true)).send(url, message)).toEqual({
      arrived: false,
      error: 'the URL is not https',
    });
    expect((await sender().send(url.replace('http:', 'https:'), message)).arrived).toBe(false);
  });
});
