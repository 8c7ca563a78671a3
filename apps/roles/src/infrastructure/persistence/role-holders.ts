import type { PageRequest } from '#contracts';
import { decodeCursor, encodeCursor } from '#database';
import { AppError } from '#errors';
import type { DataSource } from 'typeorm';
import type { PermissionMask } from '../../domain/mask.js';
import type { AffectedHolder, Holder, SubjectPage } from '../../domain/role-store.js';
import { scopeOf, type Role } from '../../domain/role.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Below every UUID that anybody has. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

const LIST_HOLDERS = `
  SELECT assignment.subject_id, assignment.assigned_at
  FROM roles.assignments assignment
  WHERE assignment.realm_id = $1 AND assignment.role_id = $2 AND assignment.subject_id > $3
  ORDER BY assignment.subject_id LIMIT $4`;

const COUNT_HOLDERS = `
  SELECT count(*) AS total FROM roles.assignments assignment WHERE assignment.realm_id = $1 AND assignment.role_id = $2`;

/** Every holder after `$4` with what their other roles of the scope grant, and who of them has something else with another mask. */
const AFFECTED = `
  SELECT holder.subject_id, holder.others
  FROM (
    SELECT assignment.subject_id, COALESCE((
      SELECT bit_or(other.permissions)
      FROM roles.assignments beside
      JOIN roles.roles other ON other.realm_id = beside.realm_id AND other.id = beside.role_id
      WHERE beside.realm_id = assignment.realm_id AND beside.subject_id = assignment.subject_id
        AND beside.role_id <> assignment.role_id AND other.scope = $3
    ), 0) AS others
    FROM roles.assignments assignment
    WHERE assignment.realm_id = $1 AND assignment.role_id = $2 AND assignment.subject_id > $4
  ) holder
  WHERE (holder.others | $5::bigint) <> (holder.others | $6::bigint)`;

/** Who holds a role, by subject id. */
export async function listHolders(
  data: DataSource,
  realmId: string,
  roleId: string,
  page: PageRequest,
): Promise<SubjectPage<Holder>> {
  const after = positionOf(page);
  const total = totalOf(await data.query(COUNT_HOLDERS, [realmId, roleId]));
  const rows: readonly { readonly subject_id: string; readonly assigned_at: Date }[] = await data.query(LIST_HOLDERS, [
    ...[realmId, roleId, after, page.limit + 1],
  ]);
  const items = rows.map((row) => ({ subjectId: row.subject_id, assignedAt: row.assigned_at }));
  return pageOf(items, page.limit, total);
}

/** Who of a role's holders would hold something else if it granted `mask`, by subject id. */
export async function listAffected(
  data: DataSource,
  role: Role,
  mask: PermissionMask,
  page: PageRequest,
): Promise<SubjectPage<AffectedHolder>> {
  const after = positionOf(page);
  const parameters = (position: string): unknown[] => [
    ...[role.realmId, role.id, scopeOf(role), position, role.mask.toString(), mask.toString()],
  ];
  const total = totalOf(
    await data.query(`SELECT count(*) AS total FROM (${AFFECTED}) affected`, parameters(BEFORE_ALL)),
  );
  const rows: readonly { readonly subject_id: string; readonly others: string }[] = await data.query(
    `${AFFECTED} ORDER BY holder.subject_id LIMIT $7`,
    [...parameters(after), page.limit + 1],
  );
  const items = rows.map((row) => ({ subjectId: row.subject_id, others: BigInt(row.others) }));
  return pageOf(items, page.limit, total);
}

/** @throws AppError `malformed_request` for a cursor that no list of subjects gave out. */
function positionOf({ cursor }: PageRequest): string {
  if (cursor === null) return BEFORE_ALL;
  const [after = ''] = decodeCursor(cursor, 1);
  if (UUID.test(after)) return after;
  throw new AppError('malformed_request', { detail: 'The cursor is not one that this list gave out.' });
}

/** One more than the page was read: it tells whether another page follows. */
function pageOf<T extends { readonly subjectId: string }>(
  read: readonly T[],
  limit: number,
  total: number,
): SubjectPage<T> {
  const items = read.slice(0, limit);
  const last = items.at(-1);
  const nextCursor = last === undefined || read.length <= limit ? null : encodeCursor([last.subjectId]);
  return { items, nextCursor, total };
}

function totalOf([row]: readonly { readonly total: string }[]): number {
  return Number(row?.total ?? 0);
}
