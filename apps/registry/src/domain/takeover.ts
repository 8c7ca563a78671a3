import { BUILT_IN_PERMISSIONS, type Actor, type Role } from '#contracts';
import { AppError } from '#errors';

const ADMINISTRATION: ReadonlySet<string> = new Set(BUILT_IN_PERMISSIONS.map(({ name }) => name));

/**
 * Whoever has a secret of a client can do all that its service account may, so nobody gets one of a client that may more in
 * the administration than they do. Otherwise `manage_clients` would be every permission.
 *
 * @param held The roles of the client's service account.
 * @throws AppError `forbidden`.
 */
export function checkTakeover(
  actor: Pick<Actor, 'kind' | 'permissions'>,
  held: readonly Pick<Role, 'clientId' | 'permissions'>[],
): void {
  if (actor.kind === 'system') return;
  const exceeds = held
    .filter(({ clientId }) => clientId === null)
    .flatMap(({ permissions }) => permissions)
    .some((name) => ADMINISTRATION.has(name) && !actor.permissions.includes(name));
  if (!exceeds) return;
  throw new AppError('forbidden', {
    detail: 'The client holds permissions that you do not hold yourself.',
    reason: 'exceeds_actor',
  });
}
