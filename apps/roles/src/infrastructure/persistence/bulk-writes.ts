import { toSafeInteger } from '#database';
import type { EntityManager } from 'typeorm';
import type { OwnPermission } from '../../domain/permission-catalogue.js';
import type { Scope, ScopeAddress, Subject } from '../../domain/role-store.js';
import type { Role } from '../../domain/role.js';
import { PermissionEntity } from './permission.entity.js';
import { RoleEntity } from './role.entity.js';
import { ScopeEntity } from './scope.entity.js';

/** How many rows one statement writes: PostgreSQL takes 65,535 parameters. */
const ROWS_AT_ONCE = 1_000;

interface SubjectRow {
  readonly subject_id: string;
  readonly version: string;
  readonly ensured_role_ids: string[];
  readonly removed: boolean;
  readonly withdrawn_until: Date | null;
}

/** The subjects' rows, made when missing, locked for change in one order for everybody. */
export async function lockSubjects(
  manager: EntityManager,
  realmId: string,
  subjectIds: readonly string[],
): Promise<readonly Subject[]> {
  if (subjectIds.length === 0) return [];
  const ascending = [...new Set(subjectIds)].sort();
  await manager.query(
    `INSERT INTO roles.subjects (realm_id, subject_id, version, ensured_role_ids)
     SELECT $1, wanted.subject_id, 0, '{}' FROM unnest($2::uuid[]) AS wanted (subject_id)
     ORDER BY wanted.subject_id ON CONFLICT DO NOTHING`,
    [realmId, ascending],
  );
  const rows: readonly SubjectRow[] = await manager.query(
    `SELECT subject_id, version, ensured_role_ids, removed, withdrawn_until FROM roles.subjects
     WHERE realm_id = $1 AND subject_id = ANY($2::uuid[]) ORDER BY subject_id FOR NO KEY UPDATE`,
    [realmId, ascending],
  );
  return rows.map((row) => ({
    realmId,
    subjectId: row.subject_id,
    version: toSafeInteger(row.version),
    ensuredRoleIds: row.ensured_role_ids,
    removed: row.removed,
    withdrawnUntil: row.withdrawn_until,
  }));
}

/** Adds assignments. */
export async function assignAll(
  manager: EntityManager,
  realmId: string,
  pairs: readonly { readonly subjectId: string; readonly roleId: string }[],
  at: Date,
): Promise<void> {
  if (pairs.length === 0) return;
  await manager.query(
    `INSERT INTO roles.assignments (realm_id, subject_id, role_id, assigned_at)
     SELECT $1, given.subject_id, given.role_id, $4
     FROM unnest($2::uuid[], $3::uuid[]) AS given (subject_id, role_id)`,
    [realmId, pairs.map(({ subjectId }) => subjectId), pairs.map(({ roleId }) => roleId), at],
  );
}

/** New versions for locked subjects. */
export async function stampSubjects(
  manager: EntityManager,
  realmId: string,
  subjectIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const [rows]: [readonly { readonly subject_id: string; readonly version: string }[], number] = await manager.query(
    `UPDATE roles.subjects SET version = nextval('roles.snapshot_version')
     WHERE realm_id = $1 AND subject_id = ANY($2::uuid[]) RETURNING subject_id, version`,
    [realmId, [...subjectIds]],
  );
  return new Map(rows.map((row) => [row.subject_id, toSafeInteger(row.version)]));
}

/** Adds scopes that are not there yet. */
export async function addScopes(manager: EntityManager, scopes: readonly Scope[]): Promise<void> {
  for (const some of portions(scopes)) {
    await manager
      .createQueryBuilder()
      .insert()
      .into(ScopeEntity)
      .values([...some])
      .orIgnore()
      .execute();
  }
}

/** Adds permissions, and forgets retired ones that had their bits. */
export async function addPermissions(
  manager: EntityManager,
  permissions: readonly (ScopeAddress & OwnPermission)[],
): Promise<void> {
  for (const some of portions(permissions)) {
    await manager.query(
      `DELETE FROM roles.permissions permission
       USING unnest($1::uuid[], $2::text[], $3::smallint[]) AS added (realm_id, scope, bit)
       WHERE permission.realm_id = added.realm_id AND permission.scope = added.scope AND permission.bit = added.bit
         AND permission.retired_at IS NOT NULL`,
      [some.map(({ realmId }) => realmId), some.map(({ scope }) => scope), some.map(({ bit }) => bit)],
    );
    await manager.insert(
      PermissionEntity,
      some.map(({ realmId, scope, bit, name, description, version }) => ({
        ...{ realmId, scope, bit, name, description, version },
        retiredAt: null,
      })),
    );
  }
}

/** Adds roles. */
export async function addRoles(manager: EntityManager, roles: readonly Role[]): Promise<void> {
  for (const some of portions(roles)) {
    await manager.insert(
      RoleEntity,
      some.map(({ mask, ...role }) => ({ ...role, permissions: mask })),
    );
  }
}

/** New versions for locked scopes. */
export async function stampScopes(
  manager: EntityManager,
  realmId: string,
  scopes: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const [rows]: [readonly { readonly scope: string; readonly version: string }[], number] = await manager.query(
    `UPDATE roles.scopes SET version = nextval('roles.snapshot_version')
     WHERE realm_id = $1 AND scope = ANY($2::text[]) RETURNING scope, version`,
    [realmId, [...scopes]],
  );
  return new Map(rows.map((row) => [row.scope, toSafeInteger(row.version)]));
}

/** Versions, ascending. */
export async function nextVersions(manager: EntityManager, count: number): Promise<readonly number[]> {
  const rows: readonly { readonly version: string }[] = await manager.query(
    `SELECT nextval('roles.snapshot_version') AS version FROM generate_series(1, $1::int)`,
    [count],
  );
  return rows.map((row) => toSafeInteger(row.version));
}

function portions<T>(rows: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(rows.length / ROWS_AT_ONCE);
  return Array.from({ length: count }, (_, index) => rows.slice(index * ROWS_AT_ONCE, (index + 1) * ROWS_AT_ONCE));
}
