import { connect } from '@nats-io/transport-node';
import fastify from 'fastify';
import type { AddressInfo } from 'node:net';

/** The bare pipeline's front: Fastify → NATS → reply, and nothing else. Prints the port it listens on. */
const nats = await connect({ servers: process.argv[2] ?? '' });
const app = fastify();
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
  done(null, body);
});
app.post('/token', async (request, reply) => {
  const answer = await nats.request('bare.sign', String(request.body), { timeout: 5_000 });
  return reply.header('content-type', 'application/json').header('cache-control', 'no-store').send(answer.string());
});
await app.listen({ port: 0, host: '127.0.0.1' });
console.log(JSON.stringify({ port: (app.server.address() as AddressInfo).port }));
