import { afterEach, describe, expect, test } from '@jest/globals';
import { ManagementServer, Readiness } from './index.js';

describe('ManagementServer', () => {
  let server: ManagementServer | undefined;

  afterEach(async () => {
    await server?.stop();
  });

  test('is ready only while every check holds; a check that throws does not hold', async () => {
    const readiness = new Readiness();
    let connected = false;
    readiness.register('bus', () => connected);
    readiness.register('database', () => Promise.resolve(true));
    server = await ManagementServer.start({ host: '127.0.0.1', port: 0, readiness });
    const base = `http://127.0.0.1:${server.port}`;

    const before = await fetch(`${base}/health/ready`);
    expect(before.status).toBe(503);
    expect(await before.json()).toEqual({ status: 'not_ready', checks: { bus: false, database: true } });
    expect((await fetch(`${base}/health/live`)).status).toBe(200);

    connected = true;
    expect((await fetch(`${base}/health/ready`)).status).toBe(200);

    readiness.register('broken', () => {
      throw new Error('no');
    });
    expect((await fetch(`${base}/health/ready`)).status).toBe(503);
  });

  test('serves metrics in the Prometheus text format and nothing else', async () => {
    server = await ManagementServer.start({ host: '127.0.0.1', port: 0, readiness: new Readiness() });
    const metrics = await fetch(`http://127.0.0.1:${server.port}/metrics`);
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/);
    expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(404);
  });
});
