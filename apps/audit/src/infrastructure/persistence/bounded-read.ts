import { isEmbeddedUrl } from '#database';
import type { DataSource, EntityManager } from 'typeorm';

/** Longest statement of a search, in milliseconds: what takes longer is answered with 503 and leaves the database alone. */
const STATEMENT_TIMEOUT_MS = 4_000;

/** Reads from one state of the log, within a time that no combination of filters can stretch. */
export function boundedRead<T>(dataSource: DataSource, read: (manager: EntityManager) => Promise<T>): Promise<T> {
  return dataSource.transaction('REPEATABLE READ', async (manager) => {
    const embedded = 'url' in dataSource.options && isEmbeddedUrl(String(dataSource.options.url));
    // The third argument makes it hold for this transaction only.
    if (!embedded) {
      await manager.query(`SELECT set_config('statement_timeout', $1, true)`, [String(STATEMENT_TIMEOUT_MS)]);
    }
    return read(manager);
  });
}
