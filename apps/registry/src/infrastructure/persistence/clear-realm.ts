import type { DataSource } from 'typeorm';

/** Secrets and URIs go with their clients. Rows of a realm that exists are left alone, whatever the caller believes. */
const CLEAR = ['clients', 'kept_answers'].map(
  (table) => `
  DELETE FROM registry.${table}
  WHERE realm_id = $1 AND ctid = ANY(ARRAY(SELECT c.ctid FROM registry.${table} c WHERE c.realm_id = $1 LIMIT $2))
    AND NOT EXISTS (SELECT 1 FROM registry.realms r WHERE r.id = $1)`,
);

/** One portion of what a deleted realm has left; whether there may be more. */
export async function clearRealm(dataSource: DataSource, realmId: string, limit: number): Promise<boolean> {
  let more = false;
  for (const statement of CLEAR) {
    const [, removed]: [unknown, number] = await dataSource.query(statement, [realmId, limit]);
    more ||= removed === limit;
  }
  return more;
}
