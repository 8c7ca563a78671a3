import { available } from '#database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PoisonStore, type PoisonEntry, type PoisonPosition } from '../../domain/poison-store.js';

interface Row {
  readonly digest: string;
  readonly error: string;
  readonly received_at: Date;
  readonly bytes: number;
  readonly beginning: Buffer;
}

/** What was set aside, in PostgreSQL. */
@Injectable()
export class TypeOrmPoisonStore extends PoisonStore {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async list(limit: number, after: PoisonPosition | null, shownBytes: number): Promise<readonly PoisonEntry[]> {
    const rows = await available(() =>
      this.dataSource.query<Row[]>(
        `SELECT digest, error, date_trunc('milliseconds', received_at) AS received_at, length(payload) AS bytes,
           substr(payload, 1, $1) AS beginning
         FROM audit.poison
         WHERE $2::timestamptz IS NULL OR date_trunc('milliseconds', received_at) < $2
           OR (date_trunc('milliseconds', received_at) = $2 AND digest > $3)
         ORDER BY date_trunc('milliseconds', received_at) DESC, digest
         LIMIT $4`,
        [shownBytes, after?.receivedAt ?? null, after?.digest ?? '', limit],
      ),
    );
    return rows.map(({ received_at: receivedAt, ...row }) => ({ ...row, receivedAt }));
  }

  async count(): Promise<number> {
    const [row] = await available(() =>
      this.dataSource.query<{ count: number }[]>('SELECT count(*)::int AS count FROM audit.poison'),
    );
    return row?.count ?? 0;
  }
}
