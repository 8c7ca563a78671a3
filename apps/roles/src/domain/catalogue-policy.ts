import { BUILT_IN_PERMISSIONS, LifetimeSeconds, REALM_SCOPE } from '#contracts';
import { AppError, fieldErrorAt } from '#errors';
import { HIGHEST_BIT } from './mask.js';
import type { OwnPermission } from './permission-catalogue.js';

/** Built-in permissions have the bits below this one in every realm's catalogue. */
const FIRST_OWN_REALM_BIT = 32;

/** No access token lives longer than this: the highest lifetime that a realm or client can be given. */
export const LONGEST_TOKEN_LIFETIME_SECONDS = LifetimeSeconds.maximum ?? 31_536_000;

/** Scope values with a meaning of their own (OIDC Core §5.4, §11): as permissions nobody could ask for them. */
const RESERVED_NAMES: ReadonlySet<string> = new Set([
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
]);
const BUILT_IN_NAMES: ReadonlySet<string> = new Set(BUILT_IN_PERMISSIONS.map(({ name }) => name));

/** A bit whose permission was deleted. */
export interface RetiredBit {
  readonly bit: number;
  readonly retiredAt: Date;
}

/** Whether a permission comes with every realm. */
export function isBuiltInPermission(scope: string, name: string): boolean {
  return scope === REALM_SCOPE && BUILT_IN_NAMES.has(name);
}

/**
 * Whether a scope can have a permission of this name. Built-in names are refused in clients' catalogues too: a token lists
 * permissions by name, and none must look like another.
 *
 * @throws AppError `validation_failed` for one that means something else, `conflict` for one that is taken.
 */
export function checkPermissionName(name: string, present: readonly OwnPermission[]): void {
  if (BUILT_IN_NAMES.has(name)) throw unusableName('is the name of a built-in permission');
  if (RESERVED_NAMES.has(name)) throw unusableName('is a scope with a meaning of its own');
  if (!present.some((permission) => permission.name === name)) return;
  throw new AppError('conflict', { detail: 'There is a permission of this name already.', reason: 'name_taken' });
}

function unusableName(message: string): AppError {
  return new AppError('validation_failed', { fields: [fieldErrorAt('/name', message)] });
}

/**
 * The bit for a new permission: the lowest that was never used, else the one that has been free for longest. A freed bit is not
 * used again while a token that was issued before could still be about.
 *
 * @throws AppError `conflict` when there is none.
 */
export function chooseBit(
  scope: string,
  present: readonly Pick<OwnPermission, 'bit'>[],
  retired: readonly RetiredBit[],
  now: Date,
): number {
  const first = scope === REALM_SCOPE ? FIRST_OWN_REALM_BIT : 0;
  const taken = new Set([...present, ...retired].map(({ bit }) => bit));
  for (let bit = first; bit <= HIGHEST_BIT; bit += 1) if (!taken.has(bit)) return bit;
  const [oldest] = [...retired].sort((left, right) => left.retiredAt.getTime() - right.retiredAt.getTime());
  const limit = HIGHEST_BIT + 1 - first;
  if (oldest === undefined) {
    throw full(`The catalogue is full: it holds ${limit} permissions, and there is room for no more.`);
  }
  const freeAt = oldest.retiredAt.getTime() + LONGEST_TOKEN_LIFETIME_SECONDS * 1_000;
  if (freeAt <= now.getTime()) return oldest.bit;
  throw full(
    `The catalogue has room for ${limit} permissions; ${present.length} are in use, and the place of a deleted one is free ` +
      `again when no token can carry it any more: the next at ${new Date(freeAt).toISOString()}.`,
  );
}

function full(detail: string): AppError {
  return new AppError('conflict', { detail, reason: 'catalogue_full' });
}
