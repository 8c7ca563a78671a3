import type { Logger } from 'typeorm';

/** TypeORM prints failed migrations even with logging off; here they are thrown, and the caller logs in its own form. */
export class QuietTypeOrmLogger implements Logger {
  logQuery(): void {}
  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
