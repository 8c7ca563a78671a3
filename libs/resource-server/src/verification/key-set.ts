import { importJWK, type CryptoKey, type JWK } from 'jose';

/** The keys of an issuer by `kid` and algorithm. */
export type KeySet = ReadonlyMap<string, CryptoKey>;

const MAX_KEYS = 100;
const MAX_KID_LENGTH = 256;
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'] as const;

/** Where a key stands in a `KeySet`. */
export function keyAddress(kid: string, algorithm: string): string {
  return `${algorithm} ${kid}`;
}

/**
 * Reads a JWK Set (RFC 7517 §5). What is no public key for verifying signatures of an allowed algorithm is passed over; of two
 * with one `kid` and algorithm the first counts.
 *
 * @throws TypeError when it is no key set.
 */
export async function readKeySet(
  document: Readonly<Record<string, unknown>>,
  algorithms: ReadonlySet<string>,
): Promise<KeySet> {
  const { keys } = document;
  if (!Array.isArray(keys)) throw new TypeError('not a JWK Set');
  const set = new Map<string, CryptoKey>();
  for (const jwk of keys.slice(0, MAX_KEYS) as readonly unknown[]) {
    if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) continue;
    const read = await readKey(jwk as Readonly<Record<string, unknown>>, algorithms);
    if (read !== null && !set.has(read.address)) set.set(read.address, read.key);
  }
  return set;
}

async function readKey(
  jwk: Readonly<Record<string, unknown>>,
  algorithms: ReadonlySet<string>,
): Promise<{ readonly address: string; readonly key: CryptoKey } | null> {
  const { kid, use, key_ops: operations } = jwk;
  if (typeof kid !== 'string' || kid === '' || kid.length > MAX_KID_LENGTH) return null;
  if (use !== undefined && use !== 'sig') return null;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return null;
  // A private key that was published is no secret any more: anybody signs with it.
  if (PRIVATE_MEMBERS.some((name) => Object.hasOwn(jwk, name))) return null;
  const algorithm = algorithmOf(jwk);
  if (algorithm === null || !algorithms.has(algorithm)) return null;
  if (jwk['alg'] !== undefined && jwk['alg'] !== algorithm) return null;
  try {
    const key = await importJWK(jwk as JWK, algorithm);
    return key instanceof Uint8Array ? null : { address: keyAddress(kid, algorithm), key };
  } catch {
    // One broken key must not take the others with it.
    return null;
  }
}

/** The one algorithm that a key is for, by its type: never by what a token says. */
function algorithmOf({ kty, crv }: Readonly<Record<string, unknown>>): string | null {
  if (kty === 'EC' && crv === 'P-256') return 'ES256';
  if (kty === 'RSA') return 'RS256';
  if (kty === 'OKP' && crv === 'Ed25519') return 'EdDSA';
  return null;
}
