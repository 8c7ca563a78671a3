import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** `npm run example -- <name>`: runs one of `examples/` against `npm start`. */
const name = process.argv[2] ?? '';
const program = join(import.meta.dirname, '..', 'examples', name, 'src', 'main.js');
if (!/^[a-z-]+$/.test(name) || !existsSync(program)) {
  console.error('Usage: npm run example -- invoices-nest | express | fastify');
  process.exit(2);
}
process.env['ISSUER'] ??= 'http://localhost:8080/realms/demo';
process.env['AUDIENCE'] ??= 'invoices';
await import(program);
