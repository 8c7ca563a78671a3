import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Checkpoints, type StoredCheckpoint } from '../../domain/checkpoints.js';
import type { RealmScopeId } from '../../domain/realm-scope.js';

interface CheckpointRow {
  readonly size: string;
  readonly root_hash: Buffer;
  readonly note: string;
  readonly signed_at: Date;
}

/** The history of checkpoints in PostgreSQL. */
@Injectable()
export class TypeOrmCheckpoints extends Checkpoints {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async latest(realmId: RealmScopeId): Promise<StoredCheckpoint | null> {
    return (await this.list(realmId, null, 1))[0] ?? null;
  }

  async ofSize(realmId: RealmScopeId, size: number): Promise<StoredCheckpoint | null> {
    return (await this.between(realmId, size, size + 1))[0] ?? null;
  }

  list(realmId: RealmScopeId, before: number | null, limit: number): Promise<readonly StoredCheckpoint[]> {
    return this.select('($2::bigint IS NULL OR size < $2::bigint) ORDER BY size DESC LIMIT $3', [
      realmId,
      before,
      limit,
    ]);
  }

  async count(realmId: RealmScopeId): Promise<number> {
    const [row] = await this.dataSource.query<{ total: string }[]>(
      `SELECT count(*) AS total FROM audit.checkpoints WHERE realm_id = $1`,
      [realmId],
    );
    return Number(row?.total ?? 0);
  }

  between(realmId: RealmScopeId, begin: number, end: number): Promise<readonly StoredCheckpoint[]> {
    return this.select('size >= $2 AND size < $3 ORDER BY size', [realmId, begin, end]);
  }

  async add(
    realmId: RealmScopeId,
    { size, rootHash, note }: Pick<StoredCheckpoint, 'size' | 'rootHash' | 'note'>,
  ): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO audit.checkpoints (realm_id, size, root_hash, note) VALUES ($1, $2, $3, $4)
       ON CONFLICT (realm_id, size) DO NOTHING`,
      [realmId, size, Buffer.from(rootHash), note],
    );
  }

  private async select(condition: string, parameters: unknown[]): Promise<readonly StoredCheckpoint[]> {
    const rows = await this.dataSource.query<CheckpointRow[]>(
      `SELECT size, root_hash, note, signed_at FROM audit.checkpoints WHERE realm_id = $1 AND ${condition}`,
      parameters,
    );
    return rows.map(({ size, root_hash, note, signed_at }) => ({
      size: Number(size),
      rootHash: root_hash,
      note,
      signedAt: signed_at,
    }));
  }
}
