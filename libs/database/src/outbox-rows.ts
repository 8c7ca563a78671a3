import type { DataSource, EntityManager } from 'typeorm';
import type { ServiceName } from '#contracts';

/** Events and calls are sent independently, so that a service that is away holds up no audit record. */
export const OUTBOX_KINDS = ['event', 'call'] as const;
/** What a row of the outbox is. */
export type OutboxKind = (typeof OUTBOX_KINDS)[number];

/** How many rows one statement adds. */
const ADDED_AT_ONCE = 1_000;

/** A row that this relay may send until its claim runs out. */
export interface ClaimedRow {
  readonly id: string;
  readonly subject: string;
  readonly payload: string;
  /** This one included. */
  readonly attempts: number;
}

/** The table `<schema>.outbox`. Times are the database's, so replicas need not agree on theirs. */
export class OutboxRows {
  constructor(
    private readonly dataSource: DataSource,
    private readonly schema: ServiceName,
  ) {}

  /** Adds a row in the caller's transaction. */
  async add(manager: EntityManager, id: string, kind: OutboxKind, subject: string, payload: string): Promise<void> {
    await manager.query(`INSERT INTO ${this.schema}.outbox (id, kind, subject, payload) VALUES ($1, $2, $3, $4)`, [
      id,
      kind,
      subject,
      payload,
    ]);
  }

  /** Adds rows in the caller's transaction that are claimed from the start, as a first attempt; a thousand at a time. */
  async addClaimed(
    manager: EntityManager,
    kind: OutboxKind,
    subject: string,
    rows: readonly { readonly id: string; readonly payload: string }[],
    claim: { readonly id: string; readonly leaseSeconds: number },
  ): Promise<void> {
    for (let start = 0; start < rows.length; start += ADDED_AT_ONCE) {
      const some = rows.slice(start, start + ADDED_AT_ONCE);
      await manager.query(
        `INSERT INTO ${this.schema}.outbox (id, kind, subject, payload, attempts, claimed_by, claimed_until)
         SELECT row.id, $1, $2, row.payload, 1, $5, now() + make_interval(secs => $6)
         FROM unnest($3::uuid[], $4::text[]) AS row (id, payload)`,
        [kind, subject, some.map(({ id }) => id), some.map(({ payload }) => payload), claim.id, claim.leaseSeconds],
      );
    }
  }

  async count(): Promise<number> {
    const rows: { readonly pending: string }[] = await this.dataSource.query(
      `SELECT count(*) AS pending FROM ${this.schema}.outbox`,
    );
    return Number(rows[0]?.pending ?? 0);
  }

  /**
   * Claims the oldest rows that are due. The claim is a lease in the row, not a lock: no transaction is open while they are
   * sent, and the rows of a relay that died are free again when the lease has run out.
   *
   * An array, not `IN (SELECT …)`: that the planner may join, and then choose anew for every row, until all are claimed at once.
   */
  async claim(kind: OutboxKind, claimId: string, limit: number, leaseSeconds: number): Promise<readonly ClaimedRow[]> {
    const [rows]: [ClaimedRow[], number] = await this.dataSource.query(
      `UPDATE ${this.schema}.outbox
          SET claimed_by = $1, claimed_until = now() + make_interval(secs => $2), attempts = attempts + 1
        WHERE id = ANY (ARRAY (SELECT id FROM ${this.schema}.outbox
                      WHERE kind = $3 AND next_attempt_at <= now()
                        AND (claimed_until IS NULL OR claimed_until <= now())
                      ORDER BY id LIMIT $4 FOR UPDATE SKIP LOCKED))
        RETURNING id, subject, payload, attempts`,
      [claimId, leaseSeconds, kind, limit],
    );
    return rows.sort((left, right) => (left.id < right.id ? -1 : 1));
  }

  /** Removes what has been sent, whoever holds the claim by now. */
  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.dataSource.query(`DELETE FROM ${this.schema}.outbox WHERE id = ANY($1::uuid[])`, [ids]);
  }

  /** Gives a row back that could not be sent, unless another relay has taken it over. */
  async postpone(id: string, claimId: string, delaySeconds: number): Promise<void> {
    await this.dataSource.query(
      `UPDATE ${this.schema}.outbox
          SET claimed_by = NULL, claimed_until = NULL, next_attempt_at = now() + make_interval(secs => $3)
        WHERE id = $1 AND claimed_by = $2`,
      [id, claimId, delaySeconds],
    );
  }
}
