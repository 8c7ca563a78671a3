// Makes the passwords and keys of the distributed shape, once, and writes for every container what it alone may know:
//   node make-secrets.mjs <folder> <service>=<backend or secret>,... ...
// <folder>/state keeps what was made, so that a second run writes the same. Needs nothing but Node.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...wiring] = process.argv.slice(2);
if (folder === undefined || wiring.length === 0) {
  console.error('Usage: node make-secrets.mjs <folder> <service>=<backend or secret>,... ...');
  process.exit(2);
}

const stateFile = join(folder, 'state', 'secrets.json');
const state = readState();

function readState() {
  try {
    return JSON.parse(readFileSync(stateFile, 'utf8'));
  } catch (error) {
    // Only a first run may have none: passwords made anew would lock everybody out.
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}

/** The secret of that name; the letter in front keeps NATS from reading it as a number. */
function secret(name, make = () => `s${randomBytes(24).toString('base64url')}`) {
  state[name] ??= make();
  return state[name];
}

const files = [];
// The containers run as different users; each sees only its own volume.
const add = (owner, name, content) => files.push([join(folder, owner), name, content]);

const databaseUrl = (role) => `postgresql://${role}:${secret(role)}@postgres:5432/chancery`;
const passwords = [];
const natsEnvironment = [];

for (const entry of wiring) {
  const [service, needs = ''] = entry.split('=');
  for (const need of needs.split(',')) {
    switch (need) {
      case 'postgres':
        add(service, 'database_url', databaseUrl(`chancery_${service}_app`));
        add(`${service}-migrate`, 'database_url', databaseUrl(`chancery_${service}_owner`));
        for (const role of [`chancery_${service}_owner`, `chancery_${service}_app`]) {
          passwords.push(`ALTER ROLE ${role} PASSWORD '${secret(role)}';`);
        }
        break;
      case 'redis':
        add(service, 'redis_url', `redis://:${secret('redis')}@redis:6379`);
        break;
      case 'nats':
        add(service, 'nats_url', `nats://${service}:${secret(`nats_${service}`)}@nats:4222`);
        natsEnvironment.push(`NATS_PASSWORD_${service.toUpperCase()}=${secret(`nats_${service}`)}`);
        break;
      case 'master_key':
        add(
          service,
          need,
          secret(need, () => randomBytes(32).toString('base64')),
        );
        break;
      case 'admin_password':
        add(
          service,
          need,
          secret(need, () => randomBytes(15).toString('base64url')),
        );
        break;
      default:
        console.error(`make-secrets.mjs does not know "${need}" (of ${service}).`);
        process.exit(2);
    }
  }
}
add('postgres', 'superuser_password', secret('superuser'));
add('postgres', 'passwords.sql', `${passwords.join('\n')}\n`);
add('redis', 'password', secret('redis'));
add('redis', 'redis.conf', `requirepass ${secret('redis')}\nsave ""\nappendonly no\nprotected-mode no\n`);
add('nats', 'nats.env', `${natsEnvironment.join('\n')}\n`);

// Kept first: a crash after this line makes nothing that is not kept.
mkdirSync(join(folder, 'state'), { recursive: true });
writeFileSync(`${stateFile}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
renameSync(`${stateFile}.new`, stateFile);
for (const [owner, name, content] of files) {
  mkdirSync(owner, { recursive: true });
  writeFileSync(join(owner, name), content, { mode: 0o444 });
}
console.log(`Secrets of ${wiring.length} services are in place.`);
