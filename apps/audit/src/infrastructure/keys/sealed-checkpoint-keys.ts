import { MasterKey, type SealedPrivateKey } from '#envelope';
import { AppError } from '#errors';
import { verifierKey, type NoteSigner } from '#transparency';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { DataSource } from 'typeorm';
import { CheckpointKeys, originOf, type PublishedKey } from '../../domain/checkpoint-keys.js';
import type { RealmScopeId } from '../../domain/realm-scope.js';

/** Opened keys that are held in memory: enough for the realms in which something happens. */
const MOST_OPENED = 1_000;

interface KeyRow {
  readonly public_key: Buffer;
  readonly master_key_id: string;
  readonly wrapped_data_key: string;
  readonly ciphertext: string;
  readonly created_at: Date;
}

/** Keys in PostgreSQL, sealed with the master key. */
@Injectable()
export class SealedCheckpointKeys extends CheckpointKeys {
  private readonly opened = new LRUCache<RealmScopeId, NoteSigner>({ max: MOST_OPENED });

  constructor(
    private readonly dataSource: DataSource,
    private readonly masterKey: MasterKey,
  ) {
    super();
  }

  async signerOf(realmId: RealmScopeId): Promise<NoteSigner> {
    const known = this.opened.get(realmId);
    if (known !== undefined) return known;
    const signer = this.open(realmId, await this.ensure(realmId));
    this.opened.set(realmId, signer);
    return signer;
  }

  async publishedOf(realmId: RealmScopeId): Promise<readonly PublishedKey[]> {
    const row = await this.ensure(realmId);
    return [{ key: verifierKey(originOf(realmId), row.public_key), createdAt: row.created_at }];
  }

  /** Of replicas that make a key at the same time the first one stays. */
  private async ensure(realmId: RealmScopeId): Promise<KeyRow> {
    const row = await this.read(realmId);
    if (row !== undefined) return row;
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const plaintext = privateKey.export({ format: 'der', type: 'pkcs8' });
    try {
      const sealed = this.masterKey.seal(plaintext, boundTo(realmId));
      await this.dataSource.query(
        `INSERT INTO audit.checkpoint_keys (realm_id, public_key, master_key_id, wrapped_data_key, ciphertext)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (realm_id) DO NOTHING`,
        [
          realmId,
          Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'),
          sealed.masterKeyId,
          sealed.wrappedDataKey,
          sealed.ciphertext,
        ],
      );
    } finally {
      plaintext.fill(0);
    }
    const made = await this.read(realmId);
    if (made === undefined) throw new AppError('internal', { reason: 'checkpoint_key_not_made' });
    return made;
  }

  private async read(realmId: RealmScopeId): Promise<KeyRow | undefined> {
    const [row] = await this.dataSource.query<KeyRow[]>(
      `SELECT public_key, master_key_id, wrapped_data_key, ciphertext, created_at
         FROM audit.checkpoint_keys WHERE realm_id = $1`,
      [realmId],
    );
    return row;
  }

  private open(realmId: RealmScopeId, row: KeyRow): NoteSigner {
    const sealed: SealedPrivateKey = {
      masterKeyId: row.master_key_id,
      wrappedDataKey: row.wrapped_data_key,
      ciphertext: row.ciphertext,
    };
    let plaintext: Buffer;
    try {
      plaintext = this.masterKey.open(sealed, boundTo(realmId));
    } catch (cause) {
      throw new AppError('internal', { reason: 'checkpoint_key_not_opened', cause });
    }
    try {
      const privateKey = createPrivateKey({ key: plaintext, format: 'der', type: 'pkcs8' });
      return { privateKey, verifier: verifierKey(originOf(realmId), row.public_key) };
    } finally {
      plaintext.fill(0);
    }
  }
}

/** No row of another service or realm can be put in its place. */
function boundTo(realmId: RealmScopeId): string {
  return `audit/checkpoint-key/${realmId}`;
}
