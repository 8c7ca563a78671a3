import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { buildAuditEvent } from '../../testing/build-audit-event.js';
import { SyslogSink } from './syslog-sink.js';
import { framed, syslogMessage } from './syslog-message.js';

const origin = { hostname: 'host.example', processId: 42 };

describe('syslogMessage', () => {
  it('RFC 5424 §6: header, structured data and the event as JSON', () => {
    const event = buildAuditEvent({ type: 'client.created', client_id: 'billing', ip: '192.0.2.1' });
    const message = syslogMessage(event, origin);
    const [, header, data, body] = /^(\S+ \S+ \S+ \S+ \S+ \S+) (\[.*?[^\\]\]) (\{.*\})$/.exec(message) ?? [];
    expect(header).toBe('<110>1 2026-03-01T10:00:00.000Z host.example chancery 42 client.created');
    expect(data).toContain(`[chancery@32473 id="${event.id}" realm="acme" type="client.created" outcome="success"`);
    expect(JSON.parse(body ?? '')).toEqual(event);
  });

  it('RFC 5424 §6.2.1: a failure is a warning', () => {
    expect(syslogMessage(buildAuditEvent({ outcome: 'failure' }), origin)).toMatch(/^<108>1 /);
  });

  it('RFC 5424 §6.3.3: escapes, so that nothing in an event ends its parameter, element or line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const message = syslogMessage(buildAuditEvent({ client_id: value, request_id: value }), origin);
        expect(message).not.toMatch(/\p{Cc}/u);
        const parameter = / client_id="((?:[^"\\\]]|\\["\\\]])*)"/.exec(message)?.[1];
        expect(parameter?.replaceAll(/\\(["\\\]])/g, '$1')).toBe(value.toWellFormed().replaceAll(/\p{Cc}/gu, ' '));
        const body = message.slice(message.indexOf('] {') + 2);
        expect(body).toMatch(/^[ -~]*$/);
      }),
    );
  });

  it('RFC 6587 §3.4.1: frames by octets, not characters', () => {
    expect(framed('é]').toString('latin1')).toBe('3 \u00c3\u00a9]');
  });
});

/** Reads frames as a receiver does. */
function framesOf(bytes: Buffer): string[] {
  const frames: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(' ', at);
    const length = Number(bytes.subarray(at, space).toString());
    frames.push(bytes.subarray(space + 1, space + 1 + length).toString());
    at = space + 1 + length;
  }
  return frames;
}

describe('SyslogSink', () => {
  const servers: { close(): unknown }[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function sinkOf(
    handle: (socket: Socket) => void,
    { allowHalfOpen = false, timeoutMs = 30_000 } = {},
  ): Promise<SyslogSink> {
    const server = createServer({ allowHalfOpen }, handle).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const sink = new SyslogSink(new URL(`tcp://127.0.0.1:${String((server.address() as AddressInfo).port)}`));
    sink.timeoutMs = timeoutMs;
    return sink;
  }

  it('counts as arrived what the receiver has read to the end', async () => {
    const got: Buffer[] = [];
    const sink = await sinkOf((socket) => socket.on('data', (chunk) => got.push(chunk)));
    const events = Array.from({ length: 300 }, () => buildAuditEvent());
    await sink.send(events);
    expect(framesOf(Buffer.concat(got)).map((frame) => / id="([^"]*)"/.exec(frame)?.[1])).toEqual(
      events.map(({ id }) => id),
    );
  });

  it.each<[string, (socket: Socket) => void]>([
    ['leaves at once', (socket) => socket.destroy()],
    ['leaves without reading all', (socket) => socket.once('data', () => socket.end())],
    ['breaks off', (socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['never reads', (socket) => socket.pause()],
    ['reads and never ends', (socket) => socket.resume()],
  ])('does not believe a receiver that %s', async (_title, handle) => {
    const sink = await sinkOf(
      (socket) => {
        socket.on('error', () => undefined);
        handle(socket);
      },
      { allowHalfOpen: true, timeoutMs: 300 },
    );
    await expect(sink.send([buildAuditEvent()])).rejects.toThrow(/syslog|ECONN/);
  });

  it('does not believe one that is not there', async () => {
    const sink = await sinkOf(() => undefined);
    for (const server of servers.splice(0)) server.close();
    await expect(sink.send([buildAuditEvent()])).rejects.toThrow(/ECONNREFUSED/);
  });
});
