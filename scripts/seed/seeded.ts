import { createHash, createHmac } from 'node:crypto';
import { secretTextOf } from '../../apps/registry/src/domain/client-secret.js';

/** What everything seeded is made of: the same for the same seed, so that a load generator knows it without being told. */
export interface Seed {
  readonly text: string;
  /** The realm with all the clients; further realms are named after it. */
  readonly realm: string;
}

/** The `client_id` of the client with a number, such as `seed-billing-000042`. */
export function seededClientId(index: number): string {
  return `seed-${String(WORDS[index % WORDS.length])}-${String(index).padStart(6, '0')}`;
}

/** A name that people would give: searches have something to find. */
export function seededClientName(index: number): string {
  const word = WORDS[index % WORDS.length] ?? '';
  const place = PLACES[Math.floor(index / WORDS.length) % PLACES.length] ?? '';
  return `${word.charAt(0).toUpperCase()}${word.slice(1)} service ${place} ${String(index)}`;
}

/** The secret of a seeded client. Anybody who knows the seed knows it. */
export function seededSecret(seed: Seed, realm: string, clientId: string): string {
  return secretTextOf(createHmac('sha256', seed.text).update(`${realm}\0${clientId}`).digest());
}

/** The name of the further realm with a number, from 1. */
export function seededRealmName(seed: Seed, index: number): string {
  return `${seed.realm}-${String(index).padStart(5, '0')}`;
}

/** When the thing with a number was made: one after the other, from the first day of 2025 on. */
export function seededTime(index: number): Date {
  return new Date(Date.UTC(2025, 0, 1) + index * 61_000);
}

/** An id that is the same each time for what hangs on a realm: a second run adds only what is missing. */
export function seededId(realmId: string, what: string, at: Date): string {
  const time = at.getTime().toString(16).padStart(12, '0');
  const hash = createHash('sha256').update(`${realmId}\0${what}`).digest('hex');
  const variant = ((parseInt(hash.charAt(3), 16) & 3) | 8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hash.slice(0, 3)}-${variant}${hash.slice(4, 7)}-${hash.slice(7, 19)}`;
}

/** Which of the roles a client holds: neighbours, so that each role has about as many holders. */
export function seededRolesOf(index: number, count: number, roles: number): readonly number[] {
  return Array.from({ length: Math.min(count, roles) }, (_, nth) => (index * 7 + nth) % roles);
}

const WORDS = ['billing', 'invoices', 'shipping', 'search', 'ledger', 'pricing', 'stock', 'mail', 'reports', 'gateway'];
const PLACES = [
  'Berlin',
  'Köln',
  'Zürich',
  'Łódź',
  'Århus',
  'Málaga',
  'İzmir',
  'Αθήνα',
  'Praha',
  'Oslo',
  'Wien',
  'Lyon',
];
