import { parseArgs } from 'node:util';
import { benchTokens } from './tokens.js';

const HELP = `npm run bench -- [options]

Measures client_credentials through a private cluster, beside the bare pipeline (Fastify → NATS → ES256 → reply) and
oidc-provider, interleaved in one run, and prints tokens/s, latency, CPU per token and the ratios.

  --rounds N        rounds of each contender (3)
  --seconds N       length of one measurement (8)
  --connections N   keep-alive connections of the load generator (64)
  --tokens N        instances of the tokens service (1)
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '8' },
    connections: { type: 'string', default: '64' },
    tokens: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(HELP);
} else {
  const count = (name: 'rounds' | 'seconds' | 'connections' | 'tokens'): number => {
    const number = Number(values[name]);
    if (Number.isInteger(number) && number > 0) return number;
    console.error(`--${name} must be a whole number above 0`);
    process.exit(2);
  };
  await benchTokens({
    rounds: count('rounds'),
    seconds: count('seconds'),
    connections: count('connections'),
    tokens: count('tokens'),
  });
}
