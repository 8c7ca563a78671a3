import type { PageRequest } from '#contracts';
import { foldedText } from '#database';
import { In, type DataSource } from 'typeorm';
import type { RolePage, RoleQuery, ScopeAddress } from '../../domain/role-store.js';
import { RoleEntity } from './role.entity.js';
import { roleOfEntity } from './role.mapping.js';
import { pageOfPlaces } from './role-places.js';

/**
 * A page of a scope's roles. Names are looked through here, because case beyond ASCII differs between databases, and a scope has few
 * roles: its snapshot holds them all.
 */
export async function listRoles(
  data: DataSource,
  { realmId, scope }: ScopeAddress,
  page: PageRequest,
  { search, name, sort = 'name' }: RoleQuery,
): Promise<RolePage> {
  const wanted = foldedText(search ?? '');
  const rows = await data.manager.find(RoleEntity, {
    select: { id: true, name: true, createdAt: true },
    where: { realmId, scope },
  });
  const matching = rows.filter(
    (row) => (name === undefined || row.name === name) && foldedText(row.name).includes(wanted),
  );
  const { shown, nextCursor } = pageOfPlaces(matching, `${realmId}/${scope}`, sort, page);
  const whole = await data.manager.find(RoleEntity, { where: { realmId, id: In(shown.map(({ id }) => id)) } });
  const byId = new Map(whole.map((row) => [row.id, row]));
  const roles = shown.flatMap(({ id }) => {
    const row = byId.get(id);
    return row === undefined ? [] : [roleOfEntity(row)];
  });
  return { roles, nextCursor, total: matching.length };
}
