import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildAuditEvent } from '../../testing/build-audit-event.js';
import { OtlpSink } from './otlp-sink.js';

interface Sent {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

describe('OtlpSink', () => {
  const servers: { close(): unknown }[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function collector(status: number, answer: string) {
    const got: Sent[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        got.push({ headers: request.headers, body: JSON.parse(body) });
        response.writeHead(status, { 'content-type': 'application/json', location: '/elsewhere' }).end(answer);
      });
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1/logs`;
    return { got, sink: new OtlpSink(url, { 'x-api-key': 'marked' }) };
  }

  it('sends events as log records of OTLP/HTTP in JSON', async () => {
    const { got, sink } = await collector(200, '{}');
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const event = buildAuditEvent({
      outcome: 'failure',
      type: 'token.refused',
      trace_id: trace,
      details: { n: 1, x: [true, null] },
    });
    expect(await sink.send([event])).toBe(0);
    expect(got[0]?.headers).toMatchObject({ 'x-api-key': 'marked', 'content-type': 'application/json' });
    expect(got[0]?.body).toMatchObject({
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'chancery-audit' } }] },
          scopeLogs: [
            {
              logRecords: [
                {
                  timeUnixNano: '1772359200000000000',
                  severityNumber: 13,
                  severityText: 'WARN',
                  eventName: 'token.refused',
                  traceId: trace,
                  body: {
                    kvlistValue: {
                      values: expect.arrayContaining([
                        { key: 'id', value: { stringValue: event.id } },
                        {
                          key: 'details',
                          value: {
                            kvlistValue: {
                              values: [
                                { key: 'n', value: { intValue: '1' } },
                                {
                                  key: 'x',
                                  value: { arrayValue: { values: [{ boolValue: true }, { stringValue: '' }] } },
                                },
                              ],
                            },
                          },
                        },
                      ]),
                    },
                  },
                  attributes: expect.arrayContaining([{ key: 'log.record.uid', value: { stringValue: event.id } }]),
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it('tells how many records the collector would not take', async () => {
    const { sink } = await collector(200, '{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"no"}}');
    expect(await sink.send([buildAuditEvent(), buildAuditEvent(), buildAuditEvent()])).toBe(2);
  });

  it.each([302, 400, 401, 404, 429, 500, 503])('is not believed to have them after %d', async (status) => {
    const { sink } = await collector(status, '');
    await expect(sink.send([buildAuditEvent()])).rejects.toThrow();
  });

  it('is not waited for without end', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const sink = new OtlpSink(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`, {});
    sink.timeoutMs = 200;
    await expect(sink.send([buildAuditEvent()])).rejects.toThrow();
    server.closeAllConnections();
  });
});
