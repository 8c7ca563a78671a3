import type { AuditEvent } from '#contracts';
import { v7 as uuidv7 } from 'uuid';

const REALMS = 20;
const CLIENTS = 100;
/** Events of one message, as the publisher gathers at most. */
const PER_MESSAGE = 256;

const realmIds = Array.from({ length: REALMS }, () => uuidv7());
/** Small numbers more often than large ones: a few realms and clients do most of the work. */
const skewed = (below: number): number => Math.floor(Math.random() ** 2 * below);

/** Token events as a busy product makes them, in the messages in which they travel. */
export function tokenEventMessages(count: number): readonly Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let made = 0; made < count; made += PER_MESSAGE) {
    const events = Array.from({ length: Math.min(PER_MESSAGE, count - made) }, tokenEvent);
    messages.push(Buffer.from(JSON.stringify(events)));
  }
  return messages;
}

function tokenEvent(): AuditEvent {
  const now = Date.now();
  const realm = skewed(REALMS);
  const client = realm * CLIENTS + skewed(CLIENTS);
  const account = `0197c1f0-0000-7000-8000-${client.toString(16).padStart(12, '0')}`;
  const failed = Math.random() < 0.03;
  return {
    id: uuidv7({ msecs: now }),
    realm: `realm-${String(realm)}`,
    realm_id: realmIds[realm] ?? null,
    type: failed ? 'token.refused' : 'token.issued',
    outcome: failed ? 'failure' : 'success',
    reason: failed ? 'wrong_secret' : null,
    time: new Date(now).toISOString(),
    actor: { kind: 'service_account', id: account, client_id: `client-${String(client)}` },
    client_id: `client-${String(client)}`,
    subject_id: account,
    jti: failed ? null : uuidv7(),
    target: null,
    ip: `10.${String(client % 256)}.${String(realm)}.${String(skewed(20))}`,
    user_agent: 'axios/1.7.9',
    request_id: uuidv7(),
    trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    details: {
      grant_type: 'client_credentials',
      scope: 'invoices:read invoices:write',
      audience: ['https://api.example.com/invoices'],
      key_id: '0197c1f0-1111-7000-8000-000000000001',
      lifetime_seconds: 300,
      secret_id: account,
    },
  };
}
