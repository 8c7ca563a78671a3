import { SERVICE_NAMES } from '#contracts';
import { MAX_PAYLOAD_BYTES, natsPermissionsOf } from '#messaging';
import { natsAuthorization } from '#topology';

const HEADER = `# Made from libs/contracts by "npm run generate"; change it there.
# Deny by default: a service may publish and hear what the contracts say, and nothing else. The passwords come from the
# environment: ${SERVICE_NAMES.map((name) => `NATS_PASSWORD_${name.toUpperCase()}`).join(', ')}.

server_name: chancery
listen: "0.0.0.0:4222"
# Health only; bound to the loopback, so nobody outside the container sees it.
http: "127.0.0.1:8222"
# A whole realm as a configuration is the largest message.
max_payload: ${MAX_PAYLOAD_BYTES}

# A token leaves only after its audit event is durable (G1): acknowledged means on disk. Events of one turn of the event loop share
# one publish, so the price is small. With three servers and replicated streams the replicas carry that, and this may go.
jetstream {
  store_dir: "/data"
  sync_interval: always
}

`;

/** deploy/nats/nats.conf. */
export function natsConf(): string {
  const users = SERVICE_NAMES.map((name) => ({
    user: name,
    password: `$NATS_PASSWORD_${name.toUpperCase()}`,
    ...natsPermissionsOf(name),
  }));
  return HEADER + natsAuthorization(users);
}
