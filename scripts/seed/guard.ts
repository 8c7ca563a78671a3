import { isEmbeddedUrl } from '#database';
import { MASTER_REALM } from '#contracts';
import type { DataSource } from 'typeorm';

const LOCAL = new Set(['', 'localhost', '127.0.0.1', '[::1]']);

/**
 * Says why an installation may be somebody's real one, or null when nothing speaks for it. Seeded secrets can be guessed by who
 * knows the seed, so they have no place there.
 */
export async function productionSign(
  url: string,
  registry: DataSource,
  realm: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  if (environment['NODE_ENV'] === 'production') return 'NODE_ENV is production';
  if (!isEmbeddedUrl(url) && !LOCAL.has(new URL(url).hostname)) return 'the database is on another machine';
  const rows: readonly { readonly name: string }[] = await registry.query(
    `SELECT r.name FROM registry.realms r WHERE r.name <> $1 AND r.name <> $2 AND NOT starts_with(r.name, $3)
     ORDER BY r.created_at LIMIT 1`,
    [MASTER_REALM, realm, `${realm}-`],
  );
  return rows[0] === undefined ? null : `it has realms that were not seeded, such as ${rows[0].name}`;
}
