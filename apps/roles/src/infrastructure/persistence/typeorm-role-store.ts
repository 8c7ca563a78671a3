import type { PageRequest } from '#contracts';
import { Outbox, toSafeInteger } from '#database';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { RetiredBit } from '../../domain/catalogue-policy.js';
import type { PermissionMask } from '../../domain/mask.js';
import type { OwnPermission } from '../../domain/permission-catalogue.js';
import {
  RoleStore,
  type AffectedHolder,
  type HeldRole,
  type Holder,
  type RolePage,
  type RoleQuery,
  type RoleTransaction,
  type Scope,
  type ScopeAddress,
  type ScopeContents,
  type SubjectAddress,
  type SubjectPage,
  type SubjectState,
} from '../../domain/role-store.js';
import type { Role } from '../../domain/role.js';
import { holdersOf, retiredIn } from './bulk-reads.js';
import { listRoles } from './list-roles.js';
import { listAffected, listHolders } from './role-holders.js';
import { RoleEntity } from './role.entity.js';
import { roleOfEntity, roleOfJson, type RoleJson } from './role.mapping.js';
import { TypeOrmRoleTransaction } from './typeorm-role-transaction.js';

interface SubjectRow {
  readonly realm_id: string;
  readonly subject_id: string;
  readonly version: string;
  readonly roles: readonly HeldRole[];
}

interface ScopeRow {
  readonly realm_id: string;
  readonly scope: string;
  readonly realm_name: string;
  readonly audience: string;
  readonly audience_version: string;
  readonly version: string;
  readonly removed: boolean;
  readonly roles: readonly RoleJson[];
  readonly permissions: readonly OwnPermission[];
}

/**
 * Version and contents come from one statement: at PostgreSQL's READ COMMITTED each statement sees one moment, so that the
 * same version always means the same contents.
 */
const READ_SUBJECTS = `
  SELECT subject.realm_id, subject.subject_id, subject.version, COALESCE((
    SELECT json_agg(json_build_object('roleId', role.id, 'scope', role.scope, 'roleName', role.name) ORDER BY role.id)
    FROM roles.assignments assignment
    JOIN roles.roles role ON role.realm_id = assignment.realm_id AND role.id = assignment.role_id
    WHERE assignment.realm_id = subject.realm_id AND assignment.subject_id = subject.subject_id
  ), '[]'::json) AS roles
  FROM unnest($1::uuid[], $2::uuid[]) AS wanted (realm_id, subject_id)
  JOIN roles.subjects subject ON subject.realm_id = wanted.realm_id AND subject.subject_id = wanted.subject_id`;

/** Masks as text: JSON has no 64-bit integers. */
const READ_SCOPES = `
  SELECT scope.realm_id, scope.scope, scope.realm_name, scope.audience, scope.audience_version,
    scope.version, scope.removed, COALESCE((
    SELECT json_agg(json_build_object(
      'id', role.id, 'realmId', role.realm_id, 'clientId', role.client_id, 'name', role.name,
      'description', role.description, 'mask', role.permissions::text, 'version', role.version,
      'createdAt', role.created_at, 'updatedAt', role.updated_at
    ) ORDER BY role.name)
    FROM roles.roles role WHERE role.realm_id = scope.realm_id AND role.scope = scope.scope
  ), '[]'::json) AS roles, COALESCE((
    SELECT json_agg(json_build_object(
      'bit', permission.bit, 'name', permission.name, 'description', permission.description, 'version', permission.version
    ) ORDER BY permission.bit)
    FROM roles.permissions permission
    WHERE permission.realm_id = scope.realm_id AND permission.scope = scope.scope AND permission.retired_at IS NULL
  ), '[]'::json) AS permissions
  FROM unnest($1::uuid[], $2::text[]) AS wanted (realm_id, scope)
  JOIN roles.scopes scope ON scope.realm_id = wanted.realm_id AND scope.scope = wanted.scope`;

/** Keeps roles in PostgreSQL. */
@Injectable()
export class TypeOrmRoleStore extends RoleStore {
  constructor(
    private readonly data: DataSource,
    private readonly outbox: Outbox,
  ) {
    super();
  }

  transaction<T>(work: (transaction: RoleTransaction) => Promise<T>): Promise<T> {
    return this.data.transaction((manager) => work(new TypeOrmRoleTransaction(manager, this.outbox)));
  }

  flush(context: CallContext): Promise<void> {
    return this.outbox.flush(context);
  }

  async readSubjects(addresses: readonly SubjectAddress[]): Promise<readonly SubjectState[]> {
    const rows: readonly SubjectRow[] = await this.data.query(READ_SUBJECTS, [
      addresses.map(({ realmId }) => realmId),
      addresses.map(({ subjectId }) => subjectId),
    ]);
    const states = new Map(
      rows.map((row) => [
        `${row.realm_id}/${row.subject_id}`,
        { version: toSafeInteger(row.version), roles: row.roles },
      ]),
    );
    return addresses.map(
      ({ realmId, subjectId }) => states.get(`${realmId}/${subjectId}`) ?? { version: 0, roles: [] },
    );
  }

  async readScopes(
    addresses: readonly ScopeAddress[],
  ): Promise<readonly (({ readonly scope: Scope } & ScopeContents) | null)[]> {
    const rows: readonly ScopeRow[] = await this.data.query(READ_SCOPES, [
      addresses.map(({ realmId }) => realmId),
      addresses.map(({ scope }) => scope),
    ]);
    const states = new Map(rows.map((row) => [`${row.realm_id}/${row.scope}`, stateOf(row)]));
    return addresses.map(({ realmId, scope }) => states.get(`${realmId}/${scope}`) ?? null);
  }

  async liveScopes(realmId: string, limit: number): Promise<readonly string[]> {
    const rows: readonly { readonly scope: string }[] = await this.data.query(
      `SELECT scope FROM roles.scopes WHERE realm_id = $1 AND NOT removed ORDER BY scope LIMIT $2`,
      [realmId, limit],
    );
    return rows.map(({ scope }) => scope);
  }

  async clearRealm(realmId: string, limit: number): Promise<boolean> {
    // What points at others goes first.
    for (const table of ['assignments', 'subjects', 'roles', 'permissions', 'kept_answers']) {
      const [, removed]: [unknown, number] = await this.data.query(
        `DELETE FROM roles.${table} WHERE realm_id = $1
           AND ctid = ANY(ARRAY(SELECT one.ctid FROM roles.${table} one WHERE one.realm_id = $1 LIMIT $2))`,
        [realmId, limit],
      );
      if (removed === limit) return true;
    }
    return false;
  }

  async nameRealm(realmId: string, realmName: string, after: string, limit: number): Promise<string | null> {
    const rows: readonly { readonly scope: string }[] = await this.data.query(
      'SELECT scope FROM roles.scopes WHERE realm_id = $1 AND scope > $2 ORDER BY scope LIMIT $3',
      [realmId, after, limit],
    );
    const last = rows.at(-1)?.scope ?? null;
    if (last === null) return null;
    await this.data.query(
      `UPDATE roles.scopes SET realm_name = $2
       WHERE realm_id = $1 AND scope > $3 AND scope <= $4 AND realm_name <> $2`,
      [realmId, realmName, after, last],
    );
    return rows.length < limit ? null : last;
  }

  async holdersIn({ realmId, scope }: ScopeAddress, limit: number): Promise<readonly string[]> {
    const rows: readonly { readonly subject_id: string }[] = await this.data.query(
      `SELECT DISTINCT assignment.subject_id
       FROM roles.roles role
       JOIN roles.assignments assignment ON assignment.realm_id = role.realm_id AND assignment.role_id = role.id
       WHERE role.realm_id = $1 AND role.scope = $2
       ORDER BY assignment.subject_id LIMIT $3`,
      [realmId, scope, limit],
    );
    return rows.map((row) => row.subject_id);
  }

  async findRole(realmId: string, id: string): Promise<Role | null> {
    const found = await this.data.manager.findOneBy(RoleEntity, { realmId, id });
    return found === null ? null : roleOfEntity(found);
  }

  listHolders(realmId: string, roleId: string, page: PageRequest): Promise<SubjectPage<Holder>> {
    return listHolders(this.data, realmId, roleId, page);
  }

  listAffected(role: Role, mask: PermissionMask, page: PageRequest): Promise<SubjectPage<AffectedHolder>> {
    return listAffected(this.data, role, mask, page);
  }

  listRoles(address: ScopeAddress, page: PageRequest, query: RoleQuery = {}): Promise<RolePage> {
    return listRoles(this.data, address, page, query);
  }

  retiredIn(addresses: readonly ScopeAddress[]): Promise<readonly (readonly RetiredBit[])[]> {
    return retiredIn(this.data, addresses);
  }

  holdersOf(realmId: string, roleIds: readonly string[] | null, limit: number): Promise<readonly string[]> {
    return holdersOf(this.data, realmId, roleIds, limit);
  }

  async rolesOf({ realmId, subjectId }: SubjectAddress): Promise<readonly Role[]> {
    const found = await this.data
      .createQueryBuilder(RoleEntity, 'role')
      .where('role.realm_id = :realmId', { realmId })
      .andWhere(
        `role.id IN (SELECT assignment.role_id FROM roles.assignments assignment
                     WHERE assignment.realm_id = :realmId AND assignment.subject_id = :subjectId)`,
        { subjectId },
      )
      .orderBy('role.name', 'ASC')
      .addOrderBy('role.id', 'ASC')
      .getMany();
    return found.map(roleOfEntity);
  }
}

function stateOf(row: ScopeRow): { readonly scope: Scope } & ScopeContents {
  return {
    scope: {
      realmId: row.realm_id,
      scope: row.scope,
      realmName: row.realm_name,
      audience: row.audience,
      audienceVersion: toSafeInteger(row.audience_version),
      version: toSafeInteger(row.version),
      removed: row.removed,
    },
    roles: row.roles.map(roleOfJson),
    permissions: row.permissions,
  };
}
