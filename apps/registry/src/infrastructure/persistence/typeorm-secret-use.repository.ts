import { available } from '#database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SecretUseRepository, type SecretUse } from '../../domain/secret-use.js';

/**
 * One statement for all uses. `SKIP LOCKED`: instances report the same secrets in any order, and whole realms are deleted
 * meanwhile; what waits for no lock can be in no deadlock.
 */
const TOUCH = `
  WITH due AS MATERIALIZED (
    SELECT s.realm_id, s.id, max(u.used_at) AS used_at
    FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS u (realm_id, id, used_at)
    JOIN registry.client_secrets s ON s.realm_id = u.realm_id AND s.id = u.id
    WHERE s.last_used_at IS NULL OR s.last_used_at < u.used_at
    GROUP BY s.realm_id, s.id
  ), locked AS MATERIALIZED (
    SELECT s.id FROM registry.client_secrets s
    WHERE s.id IN (SELECT d.id FROM due d)
    FOR NO KEY UPDATE OF s SKIP LOCKED
  ), touched AS (
    UPDATE registry.client_secrets s SET last_used_at = d.used_at
    FROM due d, locked l
    WHERE s.realm_id = d.realm_id AND s.id = d.id AND l.id = s.id
      AND (s.last_used_at IS NULL OR s.last_used_at < d.used_at)
    RETURNING s.id
  )
  SELECT d.id FROM due d WHERE d.id NOT IN (SELECT t.id FROM touched t)`;

/** The last uses of secrets in PostgreSQL. */
@Injectable()
export class TypeOrmSecretUseRepository extends SecretUseRepository {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async touch(uses: readonly SecretUse[]): Promise<readonly string[]> {
    const rows: { id: string }[] = await available(() =>
      this.dataSource.query(TOUCH, [
        uses.map(({ realmId }) => realmId),
        uses.map(({ secretId }) => secretId),
        uses.map(({ usedAt }) => usedAt.toISOString()),
      ]),
    );
    return rows.map(({ id }) => id);
  }
}
