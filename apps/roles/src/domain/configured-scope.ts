import { REALM_MANAGEMENT_CLIENT_ID, type WantedScope } from '#contracts';
import { collectingFieldErrors, fieldErrorAt, type FieldError } from '#errors';
import { checkPermissionName, chooseBit, type RetiredBit } from './catalogue-policy.js';
import { maskOf, without } from './mask.js';
import type { OwnPermission } from './permission-catalogue.js';
import { builtInRole, changeRole, MAX_ROLES_PER_SCOPE, strictMask } from './role-policy.js';
import type { Scope, ScopeContents } from './role-store.js';
import type { Role } from './role.js';
import { catalogueOf } from './snapshot-state.js';

/** Something that is another one afterwards. */
export interface Changed<T> {
  readonly before: T;
  readonly after: T;
}

/** The realm, or a client of it, as it is and as it shall be. */
export interface PlannedScope {
  /** `realm` or the client's UUID. */
  readonly key: string;
  readonly clientId: string | null;
  /** What the reader of a plan calls the client; null for the realm. */
  readonly label: string | null;
  /** Null when there is nothing of it yet. */
  readonly scope: Scope | null;
  readonly before: ScopeContents;
  readonly after: ScopeContents;
  readonly permissions: {
    readonly added: readonly OwnPermission[];
    readonly changed: readonly Changed<OwnPermission>[];
    readonly removed: readonly OwnPermission[];
  };
  readonly roles: {
    readonly added: readonly Role[];
    readonly changed: readonly Changed<Role>[];
    readonly removed: readonly Role[];
  };
}

/** A scope as it is stored. */
export interface StoredScope extends Pick<PlannedScope, 'key' | 'clientId' | 'label' | 'scope'> {
  readonly contents: ScopeContents;
  readonly retired: readonly RetiredBit[];
}

/** What plans are made with. */
export interface PlanMaking {
  readonly realmId: string;
  readonly prune: boolean;
  readonly now: Date;
  readonly makeId: () => string;
  /** Clients that go with all that is theirs. */
  readonly deletedClientIds: ReadonlySet<string>;
  /** Problems with the configuration, told all at once. */
  readonly problems: FieldError[];
}

type Named<T> = readonly (readonly [wanted: T, pointer: string])[];

/** A scope about which the configuration says nothing. */
export function unchangedScope({ key, clientId, label, scope, contents }: StoredScope): PlannedScope {
  const nothing = { added: [], changed: [], removed: [] };
  return { key, clientId, label, scope, before: contents, after: contents, permissions: nothing, roles: nothing };
}

/** Whether anything of a scope changes. */
export function changesScope({ permissions, roles }: PlannedScope): boolean {
  return [permissions, roles].some(({ added, changed, removed }) => added.length + changed.length + removed.length > 0);
}

/** What a configuration makes of one scope. Adds to `problems`; @throws AppError `conflict` for what the product keeps as it is. */
export function planScope(stored: StoredScope, wanted: WantedScope, making: PlanMaking): PlannedScope {
  if (stored.label === REALM_MANAGEMENT_CLIENT_ID) {
    const member = wanted.permissions === undefined ? 'roles' : 'permissions';
    const message = `are those of the realm: write them at the top of the configuration`;
    making.problems.push(fieldErrorAt(`${wanted.pointer}/${member}`, message));
    return unchangedScope(stored);
  }
  const permissions = planPermissions(stored, pointed(wanted, 'permissions'), making);
  const own = apply(stored.contents.permissions, permissions, ({ bit }) => bit);
  const roles = planRoles(stored, wanted, own, permissions.removed, making);
  return {
    ...unchangedScope(stored),
    permissions,
    roles,
    after: {
      permissions: own.toSorted((left, right) => left.bit - right.bit),
      roles: apply(stored.contents.roles, roles, ({ id }) => id).toSorted((left, right) =>
        left.name < right.name ? -1 : 1,
      ),
    },
  };
}

function planPermissions(
  stored: StoredScope,
  wanted: Named<NonNullable<WantedScope['permissions']>[number]> | null,
  making: PlanMaking,
): PlannedScope['permissions'] {
  const present = stored.contents.permissions;
  const added: OwnPermission[] = [];
  const changed: Changed<OwnPermission>[] = [];
  for (const [{ name, description }, pointer] of wanted ?? []) {
    const before = present.find((permission) => permission.name === name);
    if (before !== undefined) {
      if (description === undefined || description === before.description) continue;
      changed.push({ before, after: { ...before, description } });
      continue;
    }
    collectingFieldErrors(making.problems, pointer, () => {
      checkPermissionName(name, []);
      const bit = chooseBit(stored.key, [...present, ...added], stored.retired, making.now);
      added.push({ bit, name, description: description ?? null, version: 0 });
    });
  }
  const mentioned = new Set((wanted ?? []).map(([{ name }]) => name));
  const removed = making.prune && wanted !== null ? present.filter(({ name }) => !mentioned.has(name)) : [];
  return { added, changed, removed };
}

function planRoles(
  stored: StoredScope,
  wantedScope: WantedScope,
  own: readonly OwnPermission[],
  removedPermissions: readonly OwnPermission[],
  making: PlanMaking,
): PlannedScope['roles'] {
  const present = stored.contents.roles;
  const wanted = pointed(wantedScope, 'roles');
  const catalogue = catalogueOf(stored.key, own);
  const gone = maskOf(removedPermissions.map(({ bit }) => bit));
  const { now, makeId, realmId } = making;
  const added: Role[] = [];
  const changed: Changed<Role>[] = [];
  const mentioned = new Set((wanted ?? []).map(([{ name }]) => name));
  for (const [{ name, description, permissions }, pointer] of wanted ?? []) {
    const before = present.find((role) => role.name === name);
    collectingFieldErrors(making.problems, pointer, () => {
      if (before === undefined) {
        const mask = strictMask(catalogue, permissions ?? []);
        const facts = {
          id: makeId(),
          realmId,
          clientId: stored.clientId,
          name,
          description: description ?? null,
          mask,
        };
        added.push({ ...facts, version: 0, createdAt: now, updatedAt: now });
        return;
      }
      // What is removed from the catalogue is in no role afterwards.
      const narrowed = (before.mask & gone) === 0n ? before : { ...before, mask: without(before.mask, gone) };
      const changes = {
        ...(description === undefined ? {} : { description }),
        ...(permissions === undefined ? {} : { permissions }),
      };
      const after = changeRole(narrowed, changes, catalogue);
      if (after !== before) changed.push({ before, after: { ...after, updatedAt: now } });
    });
  }
  const pruned = making.prune && wanted !== null;
  const removed = pruned ? present.filter((role) => !mentioned.has(role.name) && builtInRole(role) === undefined) : [];
  for (const role of present) {
    if (mentioned.has(role.name) || removed.includes(role) || (role.mask & gone) === 0n) continue;
    changed.push({ before: role, after: { ...role, mask: without(role.mask, gone), updatedAt: now } });
  }
  if (present.length + added.length - removed.length > MAX_ROLES_PER_SCOPE) {
    making.problems.push(
      fieldErrorAt(`${wantedScope.pointer}/roles`, `would be more than ${MAX_ROLES_PER_SCOPE} in all`),
    );
  }
  return { added, changed, removed };
}

function pointed<M extends 'permissions' | 'roles'>(
  wanted: WantedScope,
  member: M,
): Named<NonNullable<WantedScope[M]>[number]> | null {
  const list: readonly NonNullable<WantedScope[M]>[number][] | undefined = wanted[member];
  return list?.map((one, index) => [one, `${wanted.pointer}/${member}/${index}`] as const) ?? null;
}

function apply<T>(
  before: readonly T[],
  { added, changed, removed }: { added: readonly T[]; changed: readonly Changed<T>[]; removed: readonly T[] },
  idOf: (one: T) => unknown,
): T[] {
  const after = new Map(changed.map((change) => [idOf(change.before), change.after]));
  const gone = new Set(removed.map(idOf));
  return [...before.filter((one) => !gone.has(idOf(one))).map((one) => after.get(idOf(one)) ?? one), ...added];
}
