import type { DataSource, EntityManager, EntitySubscriberInterface, QueryRunner } from 'typeorm';

/**
 * What transactions of this process have added and committed. What a transaction added counts for nothing until its `COMMIT` was
 * acknowledged; when that is uncertain, or it was rolled back, it is forgotten here.
 */
export class CommittedRows<Row> implements EntitySubscriberInterface {
  private readonly added = new WeakMap<QueryRunner, Row[]>();
  private committed: Row[] = [];

  constructor(private readonly dataSource: DataSource) {}

  /** How many have been committed and not taken. */
  get size(): number {
    return this.committed.length;
  }

  /** Notes rows of the transaction of `manager`; call it when they are inserted. */
  add(manager: EntityManager, rows: readonly Row[]): void {
    const { queryRunner } = manager;
    if (queryRunner?.isTransactionActive !== true) {
      this.committed.push(...rows);
      return;
    }
    // Opening the data source makes the list anew.
    if (!this.dataSource.subscribers.includes(this)) this.dataSource.subscribers.push(this);
    const earlier = this.added.get(queryRunner);
    if (earlier === undefined) this.added.set(queryRunner, [...rows]);
    else earlier.push(...rows);
  }

  /** Takes the oldest. */
  take(limit: number): readonly Row[] {
    return this.committed.splice(0, limit);
  }

  /** Called by TypeORM. */
  afterTransactionCommit({ queryRunner }: { readonly queryRunner: QueryRunner }): void {
    // The end of a savepoint is not the end of the transaction.
    if (queryRunner.isTransactionActive) return;
    this.committed.push(...(this.added.get(queryRunner) ?? []));
    this.added.delete(queryRunner);
  }

  /** Called by TypeORM; also for a savepoint, of which nobody can tell what it had added. */
  afterTransactionRollback({ queryRunner }: { readonly queryRunner: QueryRunner }): void {
    this.added.delete(queryRunner);
  }
}
