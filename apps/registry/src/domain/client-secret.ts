import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_BITS = 256;
/** 62^43 > 2^256. */
const BODY_LENGTH = 43;
/** 62^6 > 2^32. */
const CHECKSUM_LENGTH = 6;
const HINT_LENGTH = 4;

/** Begins every client secret, so that scanners of repositories and logs can find one that leaked. */
export const CLIENT_SECRET_PREFIX = 'chs_';

/** How many secrets a client may have that have not expired: rotation may not grow the snapshot without end. */
export const MAX_LIVE_SECRETS = 50;

/** A secret at rest: never its text (G4). */
export interface ClientSecret {
  readonly id: string;
  readonly name: string | null;
  /** SHA-256 of the UTF-8 bytes. With 256 random bits in it there is nothing that a slow hash would protect better. */
  readonly sha256: Buffer;
  /** The last characters, so that people can tell secrets apart. */
  readonly hint: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** The minute in which a client last authenticated with it. */
  readonly lastUsedAt: Date | null;
}

/** Makes the text of a secret: prefix, 256 random bits in base 62, and a CRC-32 that tells a typing error from a wrong secret. */
export function makeSecretText(): string {
  return secretTextOf(randomBytes(SECRET_BITS / 8));
}

/** The text of a secret of 32 given bytes, which have to be random for whoever must not guess it. */
export function secretTextOf(bytes: Buffer): string {
  const bits = BigInt(`0x${bytes.toString('hex')}`);
  const body = CLIENT_SECRET_PREFIX + base62(bits, BODY_LENGTH);
  return body + base62(BigInt(crc32(body)), CHECKSUM_LENGTH);
}

/** The form at rest of a secret that was just made. */
export function secretAtRest(
  text: string,
  facts: {
    readonly id: string;
    readonly createdAt: Date;
    readonly name?: string | null;
    readonly expiresAt?: Date | null;
  },
): ClientSecret {
  return {
    id: facts.id,
    name: facts.name ?? null,
    sha256: createHash('sha256').update(text, 'utf8').digest(),
    hint: text.slice(-HINT_LENGTH),
    createdAt: facts.createdAt,
    expiresAt: facts.expiresAt ?? null,
    lastUsedAt: null,
  };
}

/** Whether a client can authenticate with a secret at all. */
export function hasLiveSecret(secrets: readonly ClientSecret[], now: Date): boolean {
  return secrets.some((secret) => isLive(secret, now));
}

/** Whether a secret has not expired. */
export function isLive({ expiresAt }: ClientSecret, now: Date): boolean {
  return expiresAt === null || expiresAt > now;
}

/** What rotation leaves of a client's secrets. */
export interface RotatedSecrets {
  readonly kept: readonly ClientSecret[];
  readonly removed: readonly ClientSecret[];
}

/**
 * The present secrets after a rotation: all expire at `expireAt` at the latest. Those that are over already are removed, not
 * only dated: an instance whose clock is behind must not accept them either (G2).
 */
export function retireSecrets(secrets: readonly ClientSecret[], now: Date, expireAt: Date): RotatedSecrets {
  const dated = secrets.map((secret) => ({
    ...secret,
    expiresAt: secret.expiresAt !== null && secret.expiresAt < expireAt ? secret.expiresAt : expireAt,
  }));
  return {
    kept: dated.filter(({ expiresAt }) => expiresAt > now),
    removed: dated.filter(({ expiresAt }) => expiresAt <= now),
  };
}

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; rest > 0n; rest /= 62n) text = BASE62.charAt(Number(rest % 62n)) + text;
  return text.padStart(length, BASE62.charAt(0));
}
