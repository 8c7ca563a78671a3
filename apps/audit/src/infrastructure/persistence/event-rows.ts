import type { RetentionClass } from '#contracts';
import type { EntityManager } from 'typeorm';
import type { LogEntry } from '../../domain/log-entry.js';
import type { RealmScopeId } from '../../domain/realm-scope.js';
import { retentionsEver, type RetentionPolicy } from '../../domain/retention.js';
import type { StoredContent } from './sort-batch.js';

/** Ids of one statement. */
const CHUNK = 2_000;

/** The decisions about each realm's events, in their order. */
export type PoliciesByRealm = ReadonlyMap<RealmScopeId, readonly RetentionPolicy[]>;

/** Reads how long the realms' events are kept. */
export async function readPolicies(
  manager: Pick<EntityManager, 'query'>,
  realmIds: readonly RealmScopeId[],
): Promise<PoliciesByRealm> {
  const rows = await manager.query<{ realm_id: string; retention: RetentionClass; effective_from: string }[]>(
    `SELECT realm_id, retention, to_char(effective_from, 'YYYY-MM-DD') AS effective_from
       FROM audit.retention_policies WHERE realm_id = ANY($1::uuid[]) ORDER BY realm_id, version`,
    [realmIds],
  );
  const policies = new Map<RealmScopeId, RetentionPolicy[]>(realmIds.map((realmId) => [realmId, []]));
  for (const { realm_id, retention, effective_from } of rows) {
    policies.get(realm_id)?.push({ retention, effectiveFrom: effective_from });
  }
  return policies;
}

interface ContentRow {
  readonly id: string;
  readonly realm_id: string;
  readonly event: string;
  readonly personal: string | null;
  readonly erased: boolean;
}

/** What the log holds under the ids of these entries. */
export async function readStored(
  manager: EntityManager,
  entries: readonly LogEntry[],
  policies: PoliciesByRealm,
): Promise<ReadonlyMap<string, StoredContent>> {
  const retentions = [...new Set([...policies.values()].flatMap(retentionsEver))];
  const stored = new Map<string, StoredContent>();
  const sorted = entries.map(({ id }) => id).sort();
  for (let start = 0; start < sorted.length; start += CHUNK) {
    const ids = sorted.slice(start, start + CHUNK);
    const rows = await manager.query<ContentRow[]>(
      // In whatever realm. The bounds keep the planner from looking at periods that hold none of them.
      `SELECT id, realm_id, event, personal, erased_at IS NOT NULL AS erased FROM audit.events
        WHERE retention = ANY($1::text[]) AND id BETWEEN $2::uuid AND $3::uuid AND id = ANY($4::uuid[])`,
      [retentions, ids[0], ids.at(-1), ids],
    );
    for (const { id, realm_id, ...content } of rows) stored.set(id, { realmId: realm_id, ...content });
  }
  return stored;
}
