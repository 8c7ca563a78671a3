import type { AuditEvent, PageRequest } from '#contracts';
import { decodeCursor, encodeCursor } from '#database';
import type { KeptAnswer } from '#idempotency';
import type { RetiredBit } from '../domain/catalogue-policy.js';
import type { OwnPermission } from '../domain/permission-catalogue.js';
import type {
  HeldRole,
  Scope,
  ScopeAddress,
  ScopeContents,
  Subject,
  SubjectAddress,
  SubjectPage,
} from '../domain/role-store.js';
import { type Role, scopeOf } from '../domain/role.js';

/** Who holds a role, since when. */
export interface Assignment extends SubjectAddress {
  readonly roleId: string;
  readonly assignedAt: Date;
}

/** A permission of a catalogue, or the bit of one that was deleted. */
export interface Permission extends ScopeAddress, OwnPermission {
  readonly retiredAt: Date | null;
}

/** All that a store in memory holds. */
export interface InMemoryRoleState {
  readonly scopes: Map<string, Scope>;
  readonly subjects: Map<string, Subject>;
  roles: Role[];
  permissions: Permission[];
  kept_answers: (KeptAnswer & { readonly realmId: string })[];
  assignments: Assignment[];
  events: AuditEvent[];
  version: number;
}

/** The key of a scope or a subject. */
export const keyOf = (realmId: string, other: string): string => `${realmId}/${other}`;
/** Byte by byte, as far as names and ids go. */
export const ascending = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** The bits of deleted permissions of a catalogue. */
export function retiredBits(state: InMemoryRoleState, { realmId, scope }: ScopeAddress): readonly RetiredBit[] {
  return state.permissions
    .filter((one) => one.realmId === realmId && one.scope === scope)
    .flatMap(({ bit, retiredAt }) => (retiredAt === null ? [] : [{ bit, retiredAt }]))
    .sort((left, right) => left.bit - right.bit);
}

/** Whether it is this bit of this catalogue. */
export function isPermission(one: Permission, { realmId, scope }: ScopeAddress, bit: number): boolean {
  return one.realmId === realmId && one.scope === scope && one.bit === bit;
}

/** A page of what is told by subject. */
export function pageOf<T extends { readonly subjectId: string }>(all: readonly T[], page: PageRequest): SubjectPage<T> {
  const [after = ''] = page.cursor === null ? [] : decodeCursor(page.cursor, 1);
  const rest = [...all]
    .sort((left, right) => ascending(left.subjectId, right.subjectId))
    .filter(({ subjectId }) => subjectId > after);
  const items = rest.slice(0, page.limit);
  const last = items.at(-1);
  const nextCursor = last === undefined || rest.length <= items.length ? null : encodeCursor([last.subjectId]);
  return { items, nextCursor, total: all.length };
}

/** The roles of a scope. */
export function rolesIn(state: InMemoryRoleState, { realmId, scope }: ScopeAddress): Role[] {
  return state.roles.filter((role) => role.realmId === realmId && scopeOf(role) === scope);
}

/** The roles and permissions of a scope, in order. */
export function contentsOf(state: InMemoryRoleState, address: ScopeAddress): ScopeContents {
  return {
    roles: rolesIn(state, address).sort((left, right) => ascending(left.name, right.name)),
    permissions: state.permissions
      .filter((one) => one.realmId === address.realmId && one.scope === address.scope && one.retiredAt === null)
      .map(({ bit, name, description, version }) => ({ bit, name, description, version }))
      .sort((left, right) => left.bit - right.bit),
  };
}

/** The roles that a subject holds. */
export function heldBy(state: InMemoryRoleState, { realmId, subjectId }: SubjectAddress): readonly HeldRole[] {
  return state.assignments
    .filter((one) => one.realmId === realmId && one.subjectId === subjectId)
    .flatMap(({ roleId }) => {
      const role = state.roles.find((one) => one.id === roleId);
      return role === undefined ? [] : [{ roleId, scope: scopeOf(role), roleName: role.name }];
    })
    .sort((left, right) => ascending(left.roleId, right.roleId));
}
