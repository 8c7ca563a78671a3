import { AuditEventRecorded, type AuditEvent, type SigningAlgorithm } from '#contracts';
import { isUniqueViolation, nextSnapshotVersion, Outbox } from '#database';
import { AppError } from '#errors';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull, LessThanOrEqual, MoreThan, type FindOptionsWhere } from 'typeorm';
import {
  publishedUntil,
  type KeyAddress,
  type NewSigningKey,
  type PublicJwk,
  type SigningKey,
} from '../../domain/signing-key.js';
import { SigningKeyRepository } from '../../domain/signing-key.repository.js';
import { SigningKeyEntity } from './signing-key.entity.js';

const ONE_ACTIVE = 'signing_keys_one_active_idx';
const MAX_ATTEMPTS = 4;

/** Signing keys in PostgreSQL. */
@Injectable()
export class TypeOrmSigningKeyRepository extends SigningKeyRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
  ) {
    super();
  }

  async findActive(realmId: string, algorithm: SigningAlgorithm): Promise<SigningKey | null> {
    return await findActive(this.dataSource.manager, realmId, algorithm);
  }

  async listActive(addresses: readonly KeyAddress[]): Promise<readonly SigningKey[]> {
    return await this.find(addresses.map(({ realmId, algorithm }) => ({ realmId, algorithm, state: 'active' })));
  }

  async listPublished(realmId: string, now: Date): Promise<readonly SigningKey[]> {
    return await this.find([
      { realmId, publishedUntil: IsNull() },
      { realmId, publishedUntil: MoreThan(now) },
    ]);
  }

  async list(realmId: string): Promise<readonly SigningKey[]> {
    return await this.find([{ realmId }]);
  }

  async addActive(key: NewSigningKey, event: AuditEvent): Promise<SigningKey> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const active = await this.dataSource.transaction(async (manager) => {
        const inserted: unknown[] = await manager.query(
          `INSERT INTO tokens.signing_keys (kid, realm_id, algorithm, state, public_jwk, master_key_id, wrapped_data_key,
             ciphertext, longest_lifetime_seconds, snapshot_version, created_at)
           VALUES ($1, $2, $3, 'active', $4, $5, $6, $7, 0, 0, $8)
           ON CONFLICT (realm_id, algorithm) WHERE state = 'active' DO NOTHING
           RETURNING kid`,
          [
            key.kid,
            key.realmId,
            key.algorithm,
            JSON.stringify(key.publicJwk),
            key.sealed.masterKeyId,
            key.sealed.wrappedDataKey,
            key.sealed.ciphertext,
            key.createdAt,
          ],
        );
        if (inserted.length > 0) {
          await stamp(manager, key);
          await this.outbox.record(manager, AuditEventRecorded, event);
        }
        return await findActive(manager, key.realmId, key.algorithm);
      });
      // Absent only when the winner was rotated or removed in between: then there is room again.
      if (active !== null) return active;
    }
    throw new AppError('unavailable', { reason: 'signing_key_changing', retryAfterSeconds: 1 });
  }

  async rotate(key: NewSigningKey, event: (replaced: SigningKey | null) => AuditEvent): Promise<SigningKey> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      try {
        return await this.dataSource.transaction((manager) => this.rotateIn(manager, key, event));
      } catch (error) {
        // Another rotation put its key in place while this one waited for the old key's lock.
        if (!isUniqueViolation(error, ONE_ACTIVE)) throw error;
      }
    }
    throw new AppError('conflict', { detail: 'The signing key is being rotated by somebody else.' });
  }

  async raiseLongestLifetime(realmId: string, kid: string, seconds: number): Promise<boolean> {
    const [, raised]: [unknown, number] = await this.dataSource.query(
      `UPDATE tokens.signing_keys SET longest_lifetime_seconds = GREATEST(longest_lifetime_seconds, $3)
       WHERE kid = $1 AND realm_id = $2 AND state = 'active'`,
      [kid, realmId, seconds],
    );
    return raised === 1;
  }

  async removeRealm(realmId: string): Promise<number> {
    return await this.dataSource.transaction(async (manager) => {
      await manager.delete(SigningKeyEntity, { realmId });
      return await nextSnapshotVersion(manager, 'tokens');
    });
  }

  async removeExpired(now: Date): Promise<number> {
    const result = await this.dataSource
      .getRepository(SigningKeyEntity)
      .delete({ state: 'retired', publishedUntil: LessThanOrEqual(now) });
    return result.affected ?? 0;
  }

  private async rotateIn(
    manager: EntityManager,
    key: NewSigningKey,
    event: (replaced: SigningKey | null) => AuditEvent,
  ): Promise<SigningKey> {
    const { realmId, algorithm, createdAt } = key;
    const repository = manager.getRepository(SigningKeyEntity);
    // The lock makes raiseLongestLifetime come before (and count) or after (and fail).
    const old = await repository.findOne({
      where: { realmId, algorithm, state: 'active' },
      lock: { mode: 'pessimistic_write' },
    });
    if (old !== null) {
      await repository.update(
        { kid: old.kid, realmId },
        {
          state: 'retired',
          retiredAt: createdAt,
          publishedUntil: publishedUntil(createdAt, old.longestLifetimeSeconds),
        },
      );
    }
    const row = toRow(key);
    await repository.insert(row);
    row.snapshotVersion = await stamp(manager, key);
    await this.outbox.record(manager, AuditEventRecorded, event(old === null ? null : toKey(old)));
    return toKey(row);
  }

  private async find(where: FindOptionsWhere<SigningKeyEntity>[]): Promise<readonly SigningKey[]> {
    const rows = await this.dataSource
      .getRepository(SigningKeyEntity)
      .find({ where, order: { createdAt: 'DESC', kid: 'ASC' } });
    return rows.map(toKey);
  }
}

/** Gives the row its version: after the insert, when whoever else makes a key active there has to wait. */
async function stamp(manager: EntityManager, { realmId, kid }: NewSigningKey): Promise<number> {
  const snapshotVersion = await nextSnapshotVersion(manager, 'tokens');
  await manager.update(SigningKeyEntity, { realmId, kid }, { snapshotVersion });
  return snapshotVersion;
}

async function findActive(
  manager: EntityManager,
  realmId: string,
  algorithm: SigningAlgorithm,
): Promise<SigningKey | null> {
  const row = await manager.getRepository(SigningKeyEntity).findOneBy({ realmId, algorithm, state: 'active' });
  return row === null ? null : toKey(row);
}

function toRow(key: NewSigningKey): SigningKeyEntity {
  return Object.assign(new SigningKeyEntity(), {
    kid: key.kid,
    realmId: key.realmId,
    algorithm: key.algorithm,
    state: 'active',
    publicJwk: JSON.stringify(key.publicJwk),
    ...key.sealed,
    longestLifetimeSeconds: 0,
    snapshotVersion: 0,
    createdAt: key.createdAt,
    retiredAt: null,
    publishedUntil: null,
  });
}

function toKey(row: SigningKeyEntity): SigningKey {
  return {
    kid: row.kid,
    realmId: row.realmId,
    algorithm: row.algorithm,
    state: row.state,
    publicJwk: JSON.parse(row.publicJwk) as PublicJwk,
    sealed: { masterKeyId: row.masterKeyId, wrappedDataKey: row.wrappedDataKey, ciphertext: row.ciphertext },
    longestLifetimeSeconds: row.longestLifetimeSeconds,
    snapshotVersion: row.snapshotVersion,
    createdAt: row.createdAt,
    retiredAt: row.retiredAt,
    publishedUntil: row.publishedUntil,
  };
}
