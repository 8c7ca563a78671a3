import { accessTokenOf, createAccessTokenVerifier, requireAccessToken } from '#resource-server/verify';
import express from 'express';

const verifier = createAccessTokenVerifier({
  issuer: process.env['ISSUER'] ?? '',
  audience: process.env['AUDIENCE'] ?? '',
});
const invoices: { readonly amount: number; readonly subject: string }[] = [];

const app = express();
app.get('/invoices', requireAccessToken(verifier, { permissions: ['invoices:read'] }), (_request, response) => {
  response.json(invoices);
});
app.post(
  '/invoices',
  // Before the body is read.
  requireAccessToken(verifier, { permissions: ['invoices:write'] }),
  express.json(),
  (request, response) => {
    const { amount } = (request.body ?? {}) as { amount?: unknown };
    if (typeof amount !== 'number') {
      response.status(400).json({ error: 'amount must be a number' });
      return;
    }
    invoices.push({ amount, subject: accessTokenOf(request).subject });
    response.status(201).json(invoices.at(-1));
  },
);
app.get('/invoices/health', (_request, response) => {
  response.json({ status: 'ok' });
});

const port = Number(process.env['PORT'] ?? '3000');
app.listen(port, '127.0.0.1', () => {
  console.log(`Invoices on http://127.0.0.1:${port}`);
});
