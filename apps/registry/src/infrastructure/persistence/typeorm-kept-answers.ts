import { available } from '#database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { KeptAnswer } from '../../domain/idempotency.js';
import { KeptAnswers } from '../../domain/kept-answers.js';
import { KeptAnswerEntity } from './entities/kept-answer.entity.js';

/** Kept answers in PostgreSQL. */
@Injectable()
export class TypeOrmKeptAnswers extends KeptAnswers {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  find(keyHash: Buffer, since: Date): Promise<KeptAnswer | null> {
    return available(() =>
      this.dataSource.manager
        .createQueryBuilder(KeptAnswerEntity, 'k')
        .where('k.keyHash = :keyHash AND k.createdAt >= :since', { keyHash, since })
        // Those of a deleted realm may still be there for a moment.
        .andWhere('EXISTS (SELECT 1 FROM registry.realms r WHERE r.id = k.realmId)')
        .getOne(),
    );
  }

  async forget(before: Date): Promise<void> {
    await available(() =>
      this.dataSource.query(
        `DELETE FROM registry.kept_answers k USING (
           SELECT o.key_hash FROM registry.kept_answers o
           WHERE o.created_at < $1 ORDER BY o.created_at LIMIT 1000 FOR UPDATE SKIP LOCKED
         ) AS old
         WHERE k.key_hash = old.key_hash`,
        [before],
      ),
    );
  }
}
