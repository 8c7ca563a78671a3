import { parseArgs } from 'node:util';
import { AUDIT_PARTS, benchAudit, isAuditPart } from './audit.js';
import { benchGuarantee } from './guarantee.js';
import { benchRegistry } from './registry.js';
import { benchRoles } from './roles.js';
import { benchTokens } from './tokens.js';

const HELP = `npm run bench -- [tokens | guarantee | registry | roles | audit] [options]

tokens (what is measured when nothing is named)
  client_credentials through a private cluster, beside the bare pipeline (Fastify → NATS → ES256 → reply) and
  oidc-provider, interleaved in one run: tokens/s, latency, CPU per token and the ratios.
  --connections N   keep-alive connections of the load generator (64)
  --tokens N        instances of the tokens service (1)

guarantee
  The price of G1: tokens/s with and without waiting for the acknowledgement of the record, by one process that is switched
  between the two, and what storing the log costs beside it.
  --connections N   as above

registry
  Creating, listing, searching and reading clients, and the first token of a client, in a realm with 1,000 clients and
  in a large one, side by side; the same of realms; what tokens holds in memory. Full size: --clients 200000 --realms 10000
  --clients N       clients of the large realm (20000)
  --realms N        further realms (1000)
  --parallel N      requests under way at once (4); twice as many creations

roles
  What a subject may do with 1, 100 and 1,000 roles; tokens and changes of a role that one and that very many subjects hold,
  side by side, and whether the first token after each change is on the new state. Full size: --holders 100000
  --holders N       how many hold it (10000)

audit
  What the audit log takes in, straight and from JetStream, and how quickly every search and histogram answers in a log of a
  year, 20 realms and 2,000 clients, and what proofs of it cost. Full size: --events 10000000 (minutes, 16 GB of disk)
  --events N        events of the log that is searched (200000)
  --searches N      questions of each kind (200)
  --part NAME       ingest, search or proofs alone

all
  --rounds N        rounds of each measurement (3)
  --seconds N       length of one measurement (tokens: 8, others: 2)
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string' },
    connections: { type: 'string', default: '64' },
    tokens: { type: 'string', default: '1' },
    clients: { type: 'string', default: '20000' },
    realms: { type: 'string', default: '1000' },
    parallel: { type: 'string', default: '4' },
    holders: { type: 'string', default: '10000' },
    events: { type: 'string', default: '200000' },
    searches: { type: 'string', default: '200' },
    part: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const count = (name: Exclude<keyof typeof values, 'help' | 'part'>, standard?: number): number => {
  const number = Number(values[name] ?? standard);
  if (Number.isInteger(number) && number > 0) return number;
  console.error(`--${name} must be a whole number above 0`);
  process.exit(2);
};

const [what = 'tokens'] = positionals;
if (values.help) {
  console.log(HELP);
} else if (what === 'tokens') {
  await benchTokens({
    rounds: count('rounds'),
    seconds: count('seconds', 8),
    connections: count('connections'),
    tokens: count('tokens'),
  });
} else if (what === 'guarantee') {
  await benchGuarantee({
    rounds: count('rounds'),
    seconds: count('seconds', 8),
    connections: count('connections'),
  });
} else if (what === 'registry') {
  await benchRegistry({
    rounds: count('rounds'),
    seconds: count('seconds', 2),
    clients: count('clients'),
    realms: count('realms'),
    parallel: count('parallel'),
  });
} else if (what === 'roles') {
  await benchRoles({
    rounds: count('rounds'),
    seconds: count('seconds', 2),
    holders: count('holders'),
    parallel: count('parallel'),
  });
} else if (what === 'audit') {
  const { part } = values;
  if (part !== undefined && !isAuditPart(part)) {
    console.error(`--part is one of ${AUDIT_PARTS.join(', ')}`);
    process.exit(2);
  }
  await benchAudit({
    rounds: count('rounds'),
    events: count('events'),
    searches: count('searches'),
    parts: part === undefined ? AUDIT_PARTS : [part],
  });
} else {
  console.error(HELP);
  process.exitCode = 2;
}
