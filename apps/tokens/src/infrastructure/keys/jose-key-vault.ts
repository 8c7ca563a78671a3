import type { SigningAlgorithm } from '#contracts';
import { type MasterKey } from '#envelope';
import { AppError } from '#errors';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { KeyVault, type KeyHandle } from '../../domain/key-vault.js';
import type { NewSigningKey, PublicJwk, SigningKey } from '../../domain/signing-key.js';

const RSA_MODULUS_BITS = 2_048;
/** The public members, by key type: an allow-list, so that no private one can slip into a key set. */
const PUBLIC_MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e'] as const;

/** Makes key pairs with WebCrypto and seals private halves with the master key. */
export class JoseKeyVault extends KeyVault {
  constructor(private readonly masterKey: MasterKey) {
    super();
  }

  async generate(realmId: string, algorithm: SigningAlgorithm): Promise<Omit<NewSigningKey, 'createdAt'>> {
    const { publicKey, privateKey } = await generateKeyPair(algorithm, {
      extractable: true,
      modulusLength: RSA_MODULUS_BITS,
    });
    const publicJwk = publicMembers(await exportJWK(publicKey));
    const kid = await calculateJwkThumbprint(publicJwk as JWK, 'sha256');
    const plaintext = Buffer.from(JSON.stringify(await exportJWK(privateKey)));
    try {
      return { kid, realmId, algorithm, publicJwk, sealed: this.masterKey.seal(plaintext, `${realmId}/${kid}`) };
    } finally {
      plaintext.fill(0);
    }
  }

  async openPrivate(key: SigningKey): Promise<KeyHandle> {
    let plaintext: Buffer;
    try {
      plaintext = this.masterKey.open(key.sealed, `${key.realmId}/${key.kid}`);
    } catch (cause) {
      throw new AppError('internal', { reason: 'signing_key_not_opened', cause });
    }
    try {
      return await imported(JSON.parse(plaintext.toString('utf8')) as JWK, key.algorithm);
    } finally {
      plaintext.fill(0);
    }
  }

  async openPublic(key: Pick<SigningKey, 'algorithm' | 'publicJwk'>): Promise<KeyHandle> {
    return await imported(key.publicJwk as JWK, key.algorithm);
  }
}

async function imported(jwk: JWK, algorithm: SigningAlgorithm): Promise<KeyHandle> {
  const handle = await importJWK(jwk, algorithm, { extractable: false });
  if (handle instanceof Uint8Array) throw new AppError('internal', { reason: 'signing_key_not_asymmetric' });
  return handle;
}

function publicMembers(jwk: JWK): PublicJwk {
  return Object.fromEntries(
    PUBLIC_MEMBERS.flatMap((name) => {
      const value = jwk[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}
