import { accessTokenHook, accessTokenOf, createAccessTokenVerifier } from '#resource-server/verify';
import { fastify } from 'fastify';

const verifier = createAccessTokenVerifier({
  issuer: process.env['ISSUER'] ?? '',
  audience: process.env['AUDIENCE'] ?? '',
});
const invoices: { readonly amount: number; readonly subject: string }[] = [];

const app = fastify();
app.get('/invoices', { onRequest: accessTokenHook(verifier, { permissions: ['invoices:read'] }) }, () => invoices);
app.post<{ Body: { amount: number } }>(
  '/invoices',
  {
    onRequest: accessTokenHook(verifier, { permissions: ['invoices:write'] }),
    schema: { body: { type: 'object', required: ['amount'], properties: { amount: { type: 'number' } } } },
  },
  async (request, reply) => {
    const invoice = { amount: request.body.amount, subject: accessTokenOf(request).subject };
    invoices.push(invoice);
    await reply.code(201).send(invoice);
  },
);
app.get('/invoices/health', () => ({ status: 'ok' }));

const address = await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? '3000') });
console.log(`Invoices on ${address}`);
