import { MemorySnapshotStore } from '#cache';
import { IssueToken, ReadKeySet, type ReplyOf, type RequestOf } from '#contracts';
import { AppError } from '#errors';
import { startService, SystemClock, type RunningService } from '#host';
import { ContractServer, Handles, InProcessTransport, type CallContext, type Transport } from '#messaging';
import { Readiness, SilentLogger } from '#observability';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload, type MicroserviceOptions } from '@nestjs/microservices';
import { createServer, type AddressInfo } from 'node:net';
import { gatewayService } from './index.js';

const aborted: string[] = [];

@Controller()
class TokensController {
  @Handles(IssueToken)
  async issue(
    @Payload() request: RequestOf<typeof IssueToken>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof IssueToken>> {
    switch (request.parameters['scope'] ?? '') {
      case 'refuse':
        throw new AppError('invalid_client', { reason: 'wrong_secret' });
      case 'break':
        throw new TypeError('inside');
      case 'wait':
        await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
        aborted.push(context.requestId);
        throw new AppError('cancelled');
      default:
        return { body: JSON.stringify({ realm: request.realm, request_id: context.requestId }) };
    }
  }
}

@Module({ controllers: [TokensController] })
class TokensModule {}

/** A token service that answers only the token endpoint. */
async function startTokens(transport: Transport): Promise<INestMicroservice> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(TokensModule, {
    strategy: new ContractServer(transport, 'tokens', { requireAll: false }),
    logger: false,
    abortOnError: false,
  });
  await app.listen();
  return app;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the gateway on the bus', () => {
  let tokens: INestMicroservice;
  let gateway: RunningService;
  let url = '';

  beforeAll(async () => {
    const port = await freePort();
    const transport = new InProcessTransport();
    tokens = await startTokens(transport);
    gateway = await startService(gatewayService, {
      transport,
      snapshotStore: new MemorySnapshotStore(),
      databaseUrl: null,
      databasePoolSize: 1,
      logger: new SilentLogger(),
      clock: new SystemClock(),
      readiness: new Readiness(),
      environment: { CHANCERY_HTTP_PORT: String(port) },
      migrate: false,
      snapshotCacheBytes: 100_000,
    });
    url = `http://127.0.0.1:${port}/realms/acme/protocol/openid-connect`;
  });

  afterAll(async () => {
    await gateway.stop();
    await tokens.close();
  });

  const issue = (scope: string, init: RequestInit = {}) =>
    fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'x', scope }), ...init });

  it('carries a request to its service and the answer back', async () => {
    const answer = await issue('a', { headers: { 'x-request-id': 'r-1' } });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ realm: 'acme', request_id: 'r-1' });
  });

  it('keeps the code of a refusal and the reason to itself', async () => {
    const answer = await issue('refuse');
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain('wrong_secret');
  });

  it('answers 500 without a word about the inside', async () => {
    const answer = await issue('break');
    expect(answer.status).toBe(500);
    expect(await answer.json()).toEqual({ error: 'server_error', error_description: 'Internal error' });
  });

  it('answers 503 with Retry-After when nobody serves the call', async () => {
    expect(ReadKeySet.service).toBe('tokens');
    const answer = await fetch(`${url}/certs`);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).not.toBeNull();
  });

  it('tells the service when the client has gone away', async () => {
    const leaving = new AbortController();
    const answer = issue('wait', { signal: leaving.signal, headers: { 'x-request-id': 'r-2' } });
    setTimeout(() => leaving.abort(), 50);
    await expect(answer).rejects.toThrow();
    for (let round = 0; round < 200 && aborted.length === 0; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(aborted).toEqual(['r-2']);
  });
});
