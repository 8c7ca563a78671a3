import type { AuditEvent, PageRequest, RoleSort } from '#contracts';
import type { AnswerKeeper, KeptAnswer } from '#idempotency';
import type { CallContext } from '#messaging';
import type { RetiredBit } from './catalogue-policy.js';
import type { PermissionMask } from './mask.js';
import type { OwnPermission } from './permission-catalogue.js';
import type { Role } from './role.js';

/** Where roles live: a realm, or a client of it acting as an API. The row that changes of its roles take turns on. */
export interface Scope {
  readonly realmId: string;
  /** `realm` or the client's UUID. */
  readonly scope: string;
  readonly realmName: string;
  /** The `client_id` of the API. */
  readonly audience: string;
  /** The version of the client that `audience` was read from; 0 when it is not known. */
  readonly audienceVersion: number;
  /** Version of the scope's snapshot. */
  readonly version: number;
  /** Removed scopes stay as a row: nothing is ever made in them again, and the version of their snapshot is kept. */
  readonly removed: boolean;
}

/** Somebody who holds (or held) roles. The row that changes of their assignments take turns on. */
export interface Subject {
  readonly realmId: string;
  readonly subjectId: string;
  /** Version of the subject's snapshot; 0 before the first change. */
  readonly version: number;
  /** Roles that provisioning has given once: it does not give them again after an administrator took them away. */
  readonly ensuredRoleIds: readonly string[];
  /** A user that was deleted: nobody can give them anything any more. */
  readonly removed: boolean;
  /** Until then they do not count as somebody who can sign in, whatever was seen before. */
  readonly withdrawnUntil: Date | null;
}

/** A role that a subject holds. */
export interface HeldRole {
  readonly roleId: string;
  readonly scope: string;
  readonly roleName: string;
}

/** Everything in one scope. */
export interface ScopeContents {
  readonly roles: readonly Role[];
  readonly permissions: readonly OwnPermission[];
}

/** The state of one snapshot's key; `version` 0 when there never was anything. */
export interface SubjectState {
  readonly version: number;
  readonly roles: readonly HeldRole[];
}

/** Which roles of a scope, and in which order: by name unless told otherwise. */
export interface RoleQuery {
  /** Any part of the name, without case. */
  readonly search?: string | null | undefined;
  /** The name itself, byte by byte. */
  readonly name?: string | undefined;
  readonly sort?: RoleSort | undefined;
}

/** A page of roles. */
export interface RolePage {
  readonly roles: readonly Role[];
  readonly nextCursor: string | null;
  readonly total: number;
}

/** Somebody who holds a role. */
export interface Holder {
  readonly subjectId: string;
  readonly assignedAt: Date;
}

/** A page of a list by subject id. */
export interface SubjectPage<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  readonly total: number;
}

/** A holder of a role to whom it matters what the role grants. */
export interface AffectedHolder {
  readonly subjectId: string;
  /** What the other roles that they hold in the same scope grant. */
  readonly others: PermissionMask;
}

/** Names one subject of one realm. */
export interface SubjectAddress {
  readonly realmId: string;
  readonly subjectId: string;
}

/** Names one scope of one realm. */
export interface ScopeAddress {
  readonly realmId: string;
  readonly scope: string;
}

/**
 * One transaction. Locks are held to its end. To be free of deadlocks every use case locks in this order: subjects
 * (ascending), scopes, roles.
 */
export abstract class RoleTransaction implements AnswerKeeper {
  /** The subject's row, made when missing, locked for change. */
  abstract lockSubject(address: SubjectAddress): Promise<Subject>;
  abstract saveSubject(subject: Subject): Promise<void>;
  /** `use` keeps the scope's roles as they are until the end; `change` is for one writer alone. */
  abstract lockScope(address: ScopeAddress, mode: 'use' | 'change'): Promise<Scope | null>;
  /** Adds a scope unless it is there already. */
  abstract addScope(scope: Scope): Promise<void>;
  /** Saves what of a scope can change: version, audience and whether it is removed. */
  abstract saveScope(scope: Scope): Promise<void>;
  /** Locks a role so that its holders can be counted: one such lock at a time. */
  abstract lockHolders(realmId: string, roleId: string): Promise<void>;
  abstract countHolders(realmId: string, roleId: string): Promise<number>;
  /** Those of the subjects that hold a role. */
  abstract holdersAmong(realmId: string, roleId: string, subjectIds: readonly string[]): Promise<readonly string[]>;
  /** Those of the subjects that are withdrawn at an instant. */
  abstract withdrawnAmong(realmId: string, subjectIds: readonly string[], at: Date): Promise<readonly string[]>;
  abstract findRole(realmId: string, id: string): Promise<Role | null>;
  abstract contentsOf(address: ScopeAddress): Promise<ScopeContents>;
  abstract addRole(role: Role): Promise<void>;
  abstract saveRole(role: Role): Promise<void>;
  /** Deletes a role and takes it from everybody. The snapshots of its holders stay as they are: it is unknown from now on. */
  abstract removeRole(realmId: string, id: string): Promise<void>;
  /** The bit may be one that has been retired. */
  abstract addPermission(address: ScopeAddress, permission: OwnPermission): Promise<void>;
  abstract savePermission(address: ScopeAddress, permission: OwnPermission): Promise<void>;
  /** Deletes a permission but remembers its bit. No role may have it any more. */
  abstract retirePermission(address: ScopeAddress, bit: number, at: Date): Promise<void>;
  abstract retiredBits(address: ScopeAddress): Promise<readonly RetiredBit[]>;
  /** The roles a subject holds, ordered by id. */
  abstract heldBy(address: SubjectAddress): Promise<readonly HeldRole[]>;
  abstract assign(address: SubjectAddress, roleId: string, at: Date): Promise<void>;
  abstract unassign(address: SubjectAddress, roleIds: readonly string[]): Promise<void>;
  /** Locks many subjects, ascending, as `lockSubject` does one. */
  abstract lockSubjects(realmId: string, subjectIds: readonly string[]): Promise<readonly Subject[]>;
  /** Adds what many subjects are given. */
  abstract assignAll(
    realmId: string,
    pairs: readonly { readonly subjectId: string; readonly roleId: string }[],
    at: Date,
  ): Promise<void>;
  /** Gives many locked subjects new versions. @returns them by subject id. */
  abstract stampSubjects(realmId: string, subjectIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Adds scopes that are not there yet. */
  abstract addScopes(scopes: readonly Scope[]): Promise<void>;
  /** Adds permissions; their bits may be ones that have been retired. */
  abstract addPermissions(permissions: readonly (ScopeAddress & OwnPermission)[]): Promise<void>;
  abstract addRoles(roles: readonly Role[]): Promise<void>;
  /** Gives many locked scopes new versions. @returns them by scope. */
  abstract stampScopes(realmId: string, scopes: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** As many versions as asked for, ascending. */
  abstract nextVersions(count: number): Promise<readonly number[]>;
  /** Adds many audit events, in this order. */
  abstract recordAll(events: readonly AuditEvent[]): Promise<void>;
  /** Deletes a scope's roles and permissions. Nobody may hold one of them any more. */
  abstract clearScope(address: ScopeAddress): Promise<void>;
  /** The next snapshot version. Taken under the lock of the row it is for, so that versions of a key grow with commits. */
  abstract nextVersion(): Promise<number>;
  /** Adds an audit event that leaves after the commit. */
  abstract record(event: AuditEvent): Promise<void>;
  abstract keepAnswer(answer: KeptAnswer, since: Date): Promise<void>;
}

/** Where roles are kept. */
export abstract class RoleStore {
  /** Runs `work` in one transaction: all of it happens, or, when it throws, nothing. */
  abstract transaction<T>(work: (transaction: RoleTransaction) => Promise<T>): Promise<T>;
  /** Sends the events of committed transactions. Never throws: what cannot be sent now is sent later. */
  abstract flush(context: CallContext): Promise<void>;
  /** The state of subjects, one to one; each is consistent in itself. */
  abstract readSubjects(addresses: readonly SubjectAddress[]): Promise<readonly SubjectState[]>;
  /** The state of scopes, one to one; null when there never was such a scope. */
  abstract readScopes(
    addresses: readonly ScopeAddress[],
  ): Promise<readonly (({ readonly scope: Scope } & ScopeContents) | null)[]>;
  /** The scopes of a realm that are not removed: at most `limit`. */
  abstract liveScopes(realmId: string, limit: number): Promise<readonly string[]>;
  /**
   * Deletes up to so many rows of a realm whose scopes are all removed: assignments, subjects, roles, permissions; the scopes' own
   * rows stay. Returns whether there may be more.
   */
  abstract clearRealm(realmId: string, limit: number): Promise<boolean>;
  /**
   * Stores the name that a realm has now with its scopes after one: with at most `limit`, ascending. Returns the last one, or null
   * when there are no more.
   */
  abstract nameRealm(realmId: string, realmName: string, after: string, limit: number): Promise<string | null>;
  /** Subjects that hold a role of the scope, ascending: at most `limit`. */
  abstract holdersIn(address: ScopeAddress, limit: number): Promise<readonly string[]>;
  abstract findRole(realmId: string, id: string): Promise<Role | null>;
  /** The roles of one scope. */
  abstract listRoles(address: ScopeAddress, page: PageRequest, query?: RoleQuery): Promise<RolePage>;
  /** Who holds a role. */
  abstract listHolders(realmId: string, roleId: string, page: PageRequest): Promise<SubjectPage<Holder>>;
  /** The holders of a role who would hold something else if it granted `mask`; what other roles grant does not change. */
  abstract listAffected(role: Role, mask: PermissionMask, page: PageRequest): Promise<SubjectPage<AffectedHolder>>;
  /** Bits whose permission was deleted, by scope (one to one). */
  abstract retiredIn(addresses: readonly ScopeAddress[]): Promise<readonly (readonly RetiredBit[])[]>;
  /** Who holds one of these roles, ascending: at most `limit`; null: who holds any role of the realm. */
  abstract holdersOf(realmId: string, roleIds: readonly string[] | null, limit: number): Promise<readonly string[]>;
  /** The whole roles that a subject holds, by name. */
  abstract rolesOf(address: SubjectAddress): Promise<readonly Role[]>;
}
