import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { register } from 'prom-client';
import type { Readiness } from './readiness.js';

/** Health and metrics of a process, on a port that is never public. */
export class ManagementServer {
  private constructor(
    private readonly server: Server,
    /** The port it listens on. */
    readonly port: number,
  ) {}

  /** Serves `/health/live`, `/health/ready` (200 or 503, with the single checks) and `/metrics` (Prometheus text). */
  static async start(options: { host: string; port: number; readiness: Readiness }): Promise<ManagementServer> {
    const server = createServer((request, response) => {
      void answer(request.url ?? '', options.readiness).then(({ status, type, body }) => {
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, options.host, resolve);
    });
    return new ManagementServer(server, (server.address() as AddressInfo).port);
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

async function answer(url: string, readiness: Readiness): Promise<{ status: number; type: string; body: string }> {
  const json = 'application/json';
  try {
    switch (url.split('?', 1).join()) {
      case '/health/live':
        return { status: 200, type: json, body: '{"status":"live"}' };
      case '/health/ready': {
        const report = await readiness.report();
        return {
          status: report.ready ? 200 : 503,
          type: json,
          body: JSON.stringify({ status: report.ready ? 'ready' : 'not_ready', checks: report.checks }),
        };
      }
      case '/metrics':
        return { status: 200, type: register.contentType, body: await register.metrics() };
      default:
        return { status: 404, type: json, body: '{"status":"not_found"}' };
    }
  } catch {
    return { status: 500, type: json, body: '{"status":"failed"}' };
  }
}
