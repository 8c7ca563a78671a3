import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler } from 'express';
import { auth } from 'express-oauth2-jwt-bearer';

/** An API that others would write, protected by a library that others wrote. */
export interface ResourceServer {
  /** Calls it with a bearer; 200 when it accepts the token. */
  call(token: string): Promise<{ readonly status: number; readonly body: unknown }>;
  stop(): Promise<void>;
}

/** Starts one that takes RFC 9068 access tokens of an issuer for an audience. */
export async function startResourceServer(issuer: string, audience: string): Promise<ResourceServer> {
  const app = express();
  app.use(auth({ issuerBaseURL: issuer, audience, strict: true }));
  app.get('/', (request, response) => {
    response.json(request.auth?.payload);
  });
  const refuse: ErrorRequestHandler = (error: { status?: number }, _request, response, _next) => {
    response.status(error.status ?? 500).json({});
  };
  app.use(refuse);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    async call(token) {
      const response = await fetch(`http://127.0.0.1:${String(port)}/`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return { status: response.status, body: await response.json() };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
