import type { ClientSnapshot, SnapshotOf } from '#contracts';
import { hash, timingSafeEqual } from 'node:crypto';

type Client = SnapshotOf<typeof ClientSnapshot>;

/** What comparing a presented secret with a client's secrets came to. `secretId` also names one that matched but has expired. */
export interface SecretMatch {
  readonly outcome: 'matched' | 'expired' | 'none';
  readonly secretId: string | null;
}

interface StoredSecret {
  readonly id: string | null;
  readonly digest: Buffer;
  readonly expiresAtMs: number;
}

const DIGEST_BYTES = 32;
/** Stands in where there is nothing to compare with: never equal to a digest that anybody could hit. */
const DUMMY: readonly StoredSecret[] = [{ id: null, digest: Buffer.alloc(DIGEST_BYTES), expiresAtMs: 0 }];
/** A snapshot object is the same while its version is, so its digests are decoded once. */
const decoded = new WeakMap<Client, readonly StoredSecret[]>();

/**
 * Compares in constant time: one hash whatever the number of secrets, and every secret is compared whether or not an earlier
 * one was equal. Without a client (or one without secrets) the same work is done on a dummy.
 */
export function matchSecret(client: Client | null, presented: string, now: Date): SecretMatch {
  const digest = hash('sha256', presented, 'buffer');
  const nowMs = now.getTime();
  let matched: StoredSecret | null = null;
  for (const secret of secretsOf(client)) {
    const equal = timingSafeEqual(secret.digest, digest);
    // A secret that is still good wins over an expired one of the same value.
    if (equal && secret.id !== null && (matched === null || matched.expiresAtMs <= nowMs)) matched = secret;
  }
  if (matched === null) return { outcome: 'none', secretId: null };
  return { outcome: matched.expiresAtMs > nowMs ? 'matched' : 'expired', secretId: matched.id };
}

function secretsOf(client: Client | null): readonly StoredSecret[] {
  if (client === null) return DUMMY;
  let secrets = decoded.get(client);
  if (secrets === undefined) {
    secrets = client.secrets
      .map((secret) => ({
        id: secret.id,
        digest: Buffer.from(secret.sha256, 'base64url'),
        expiresAtMs: secret.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(secret.expiresAt),
      }))
      // What is not a SHA-256 can match nothing, and timingSafeEqual throws on unequal lengths.
      .filter((secret) => secret.digest.length === DIGEST_BYTES && !Number.isNaN(secret.expiresAtMs));
    if (secrets.length === 0) secrets = DUMMY;
    decoded.set(client, secrets);
  }
  return secrets;
}
