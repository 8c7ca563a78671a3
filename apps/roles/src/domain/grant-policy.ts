import { BUILT_IN_PERMISSIONS, type Actor, type BuiltInPermissionName } from '#contracts';
import { AppError } from '#errors';
import { BUILT_IN_BITS, EMPTY_MASK, maskOf, without, type PermissionMask } from './mask.js';
import type { OwnPermission } from './permission-catalogue.js';
import type { Role } from './role.js';

type Granter = Pick<Actor, 'kind' | 'permissions'>;

/**
 * Whether an actor may give a role away, make it, or change it from or to this: nobody grants what they do not hold. The gateway
 * has checked `manage_roles`; beyond that,
 *
 * - built-in permissions must be held one by one;
 * - a realm's own permissions are for those who hold `manage_realm`, and a client's for those who hold `manage_clients`: they
 *   can do anything in the name of that API already;
 * - a bit that the catalogue has no name for cannot be held by anybody.
 *
 * The system gives roles while it provisions.
 */
export function mayGrant(
  actor: Granter,
  role: Pick<Role, 'clientId' | 'mask'>,
  ownOfRealm: readonly Pick<OwnPermission, 'bit'>[],
): boolean {
  if (actor.kind === 'system') return true;
  if (role.clientId !== null) return managesApi(actor, role.clientId);
  const rest = without(role.mask, heldMask(actor));
  if (rest === EMPTY_MASK) return true;
  if ((rest & BUILT_IN_BITS) !== EMPTY_MASK || !managesApi(actor, null)) return false;
  return without(rest, maskOf(ownOfRealm.map(({ bit }) => bit))) === EMPTY_MASK;
}

/** Whether an actor manages the API whose permissions these are: a client's, or the realm's own (`null`). */
export function managesApi(actor: Granter, clientId: string | null): boolean {
  return actor.kind === 'system' || actor.permissions.includes(authorityOver(clientId));
}

/** @throws AppError `forbidden` unless `mayGrant`. */
export function requireMayGrant(...facts: Parameters<typeof mayGrant>): void {
  if (mayGrant(...facts)) return;
  const [, role] = facts;
  const detail =
    role.clientId === null
      ? 'The role holds permissions that you do not hold yourself.'
      : `The role is a client's: that needs ${authorityOver(role.clientId)} as well.`;
  throw new AppError('forbidden', { detail, reason: 'exceeds_actor' });
}

/** @throws AppError `forbidden` unless `managesApi`. */
export function requireManagesApi(actor: Granter, clientId: string | null): void {
  if (managesApi(actor, clientId)) return;
  throw new AppError('forbidden', {
    detail: `To change this catalogue needs ${authorityOver(clientId)} as well.`,
    reason: 'exceeds_actor',
  });
}

function authorityOver(clientId: string | null): BuiltInPermissionName {
  return clientId === null ? 'manage_realm' : 'manage_clients';
}

function heldMask({ permissions }: Granter): PermissionMask {
  return maskOf(BUILT_IN_PERMISSIONS.filter(({ name }) => permissions.includes(name)).map(({ bit }) => bit));
}
