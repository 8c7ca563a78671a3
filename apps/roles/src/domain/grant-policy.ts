import type { Actor } from '#contracts';
import { EMPTY_MASK, without } from './mask.js';
import type { PermissionCatalogue } from './permission-catalogue.js';
import type { Role } from './role.js';

/**
 * Whether an actor may give a role away: nobody can grant what they do not hold. A bit that the catalogue has no name for
 * cannot be held by anybody, so a role with one is refused.
 *
 * The roles of a client grant permissions in that client's API, which administrators do not hold themselves: for those
 * `manage_roles`, which the gateway has checked, is enough. The system gives roles while it provisions.
 */
export function mayGrant(
  actor: Pick<Actor, 'kind' | 'permissions'>,
  role: Pick<Role, 'clientId' | 'mask'>,
  realmCatalogue: PermissionCatalogue,
): boolean {
  if (actor.kind === 'system') return true;
  if (role.clientId !== null) return true;
  return without(role.mask, realmCatalogue.maskOf(actor.permissions)) === EMPTY_MASK;
}
