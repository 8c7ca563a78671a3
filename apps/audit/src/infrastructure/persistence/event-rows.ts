import type { EntityManager } from 'typeorm';
import type { LogEntry } from '../../domain/log-entry.js';
import type { RealmScopeId } from '../../domain/realm-scope.js';
import { retentionAt, retentionsEver, type RetentionClass, type RetentionPolicy } from '../../domain/retention.js';
import type { Leaf } from './leaf-numbering.js';
import type { StoredContent } from './sort-batch.js';

/** Rows of one statement: large enough to cost little for each, small enough to stay a short statement. */
const CHUNK = 1_000;

/** One array for each column keeps the statement the same for any number of rows, and cheap to build and to parse. */
const INSERT = `
  INSERT INTO audit.events
    (retention, id, realm_id, type, outcome, actor_id, client_id, subject_id, jti, ip, event, personal,
     leaf_index, leaf_hash, personal_hash, personal_salt)
  SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::text[], $12::text[], $13::bigint[], $14::bytea[], $15::bytea[], $16::bytea[])`;

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

/** Inserts entries that the log does not hold. */
export async function insertEntries(
  manager: EntityManager,
  entries: readonly LogEntry[],
  policies: PoliciesByRealm,
  leaves: ReadonlyMap<string, Leaf>,
): Promise<void> {
  for (let start = 0; start < entries.length; start += CHUNK) {
    const chunk = entries.slice(start, start + CHUNK);
    const leavesOf = chunk.map(({ id }) => leaves.get(id));
    await manager.query(INSERT, [
      chunk.map(({ realmId, time }) => retentionAt(policies.get(realmId) ?? [], time)),
      chunk.map(({ id }) => id),
      chunk.map(({ realmId }) => realmId),
      chunk.map(({ type }) => type),
      chunk.map(({ outcome }) => outcome),
      chunk.map(({ actorId }) => actorId),
      chunk.map(({ clientId }) => clientId),
      chunk.map(({ subjectId }) => subjectId),
      chunk.map(({ jti }) => jti),
      chunk.map(({ ip }) => ip),
      chunk.map(({ event }) => event),
      chunk.map(({ personal }) => personal),
      leavesOf.map((leaf) => leaf?.index ?? null),
      leavesOf.map((leaf) => leaf?.hash ?? null),
      leavesOf.map((leaf) => leaf?.personalHash ?? null),
      leavesOf.map((leaf) => leaf?.personalSalt ?? null),
    ]);
  }
}
