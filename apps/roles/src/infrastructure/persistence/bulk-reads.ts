import type { DataSource } from 'typeorm';
import type { RetiredBit } from '../../domain/catalogue-policy.js';
import type { ScopeAddress } from '../../domain/role-store.js';

/** The retired bits of scopes, one to one. */
export async function retiredIn(
  data: DataSource,
  addresses: readonly ScopeAddress[],
): Promise<readonly (readonly RetiredBit[])[]> {
  const rows: readonly {
    readonly realm_id: string;
    readonly scope: string;
    readonly bit: number;
    readonly retired_at: Date;
  }[] = await data.query(
    `SELECT permission.realm_id, permission.scope, permission.bit, permission.retired_at
     FROM unnest($1::uuid[], $2::text[]) AS wanted (realm_id, scope)
     JOIN roles.permissions permission ON permission.realm_id = wanted.realm_id AND permission.scope = wanted.scope
     WHERE permission.retired_at IS NOT NULL
     ORDER BY permission.bit`,
    [addresses.map(({ realmId }) => realmId), addresses.map(({ scope }) => scope)],
  );
  const byScope = Map.groupBy(rows, (row) => `${row.realm_id}/${row.scope}`);
  return addresses.map(({ realmId, scope }) =>
    (byScope.get(`${realmId}/${scope}`) ?? []).map((row) => ({ bit: row.bit, retiredAt: row.retired_at })),
  );
}

/** Who holds one of these roles, or (null) any role of the realm. */
export async function holdersOf(
  data: DataSource,
  realmId: string,
  roleIds: readonly string[] | null,
  limit: number,
): Promise<readonly string[]> {
  const rows: readonly { readonly subject_id: string }[] = await data.query(
    `SELECT DISTINCT assignment.subject_id
     FROM roles.assignments assignment
     WHERE assignment.realm_id = $1 AND ($2::uuid[] IS NULL OR assignment.role_id = ANY($2::uuid[]))
     ORDER BY assignment.subject_id LIMIT $3`,
    [realmId, roleIds, limit],
  );
  return rows.map((row) => row.subject_id);
}
