import type { ServiceName } from '#contracts';
import { keyTaken, KeptAnswers, type KeptAnswer } from '#idempotency';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { available } from './availability.js';
import { isUniqueViolation } from './unique-violation.js';

/** How many old answers one call forgets at most. */
const FORGOTTEN_AT_ONCE = 1_000;

/**
 * For migrations: creates `<schema>.kept_answers`, the answers to creations by their idempotency keys. They are to be removed soon
 * after their realm.
 */
export async function createKeptAnswersTable(queryRunner: QueryRunner, schema: ServiceName): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE ${schema}.kept_answers (
      key_hash bytea NOT NULL,
      request_hash bytea NOT NULL,
      realm_id uuid NOT NULL,
      answer text NOT NULL,
      created_at timestamptz NOT NULL,
      CONSTRAINT kept_answers_pkey PRIMARY KEY (key_hash)
    )`);
  await queryRunner.query(`CREATE INDEX kept_answers_realm_id_idx ON ${schema}.kept_answers (realm_id)`);
  await queryRunner.query(`CREATE INDEX kept_answers_created_at_idx ON ${schema}.kept_answers (created_at)`);
}

/** For a migration's `down`. */
export async function dropKeptAnswersTable(queryRunner: QueryRunner, schema: ServiceName): Promise<void> {
  await queryRunner.query(`DROP TABLE ${schema}.kept_answers`);
}

/**
 * The answers in a service's own schema. `realms` is its table of realms, when it has one: an answer about a realm that is not in there
 * counts no more, though it may still be kept for a moment.
 */
export class SqlKeptAnswers extends KeptAnswers {
  constructor(
    private readonly data: DataSource,
    private readonly schema: ServiceName,
    private readonly realms?: string,
  ) {
    super();
  }

  async find(keyHash: Buffer, since: Date): Promise<KeptAnswer | null> {
    const rows = await available(() =>
      this.data.query<KeptAnswer[]>(
        `SELECT key_hash AS "keyHash", request_hash AS "requestHash", realm_id AS "realmId", answer,
           created_at AS "createdAt"
         FROM ${this.schema}.kept_answers kept WHERE key_hash = $1 AND created_at >= $2
           AND NOT (${ofRealmGone(this.realms)})`,
        [keyHash, since],
      ),
    );
    return rows[0] ?? null;
  }

  async forget(before: Date): Promise<void> {
    await available(() => forget(this.data, this.schema, before));
  }
}

/**
 * Keeps an answer in the transaction of `manager`, and lets go of what was kept before `since`; `realms` as for `SqlKeptAnswers`. Waits
 * for a transaction that is about to keep one under the same key.
 *
 * @throws AppError `conflict` (`KEY_TAKEN`) when there is one.
 */
export async function keepAnswer(
  manager: EntityManager,
  schema: ServiceName,
  { keyHash, requestHash, realmId, answer, createdAt }: KeptAnswer,
  since: Date,
  realms?: string,
): Promise<void> {
  await manager.query(
    `DELETE FROM ${schema}.kept_answers kept
     WHERE key_hash = $1 AND (created_at < $2 OR ${ofRealmGone(realms)})`,
    [keyHash, since],
  );
  await forget(manager, schema, since);
  try {
    await manager.query(
      `INSERT INTO ${schema}.kept_answers (key_hash, request_hash, realm_id, answer, created_at)
       VALUES ($1, $2, $3, $4, $5)`,
      [keyHash, requestHash, realmId, answer, createdAt],
    );
  } catch (error) {
    throw isUniqueViolation(error, 'kept_answers_pkey') ? keyTaken() : error;
  }
}

/** SQL for "the realm of this answer is gone". */
function ofRealmGone(realms: string | undefined): string {
  return realms === undefined ? 'false' : `NOT EXISTS (SELECT 1 FROM ${realms} realm WHERE realm.id = kept.realm_id)`;
}

async function forget(source: DataSource | EntityManager, schema: ServiceName, before: Date): Promise<void> {
  await source.query(
    `DELETE FROM ${schema}.kept_answers kept USING (
       SELECT old.key_hash FROM ${schema}.kept_answers old
       WHERE old.created_at < $1 ORDER BY old.created_at LIMIT ${FORGOTTEN_AT_ONCE} FOR UPDATE SKIP LOCKED
     ) AS gone
     WHERE kept.key_hash = gone.key_hash`,
    [before],
  );
}
