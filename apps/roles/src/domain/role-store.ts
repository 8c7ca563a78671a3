import type { AuditEvent, PageRequest } from '#contracts';
import type { CallContext } from '#messaging';
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

/** A page of roles. */
export interface RolePage {
  readonly roles: readonly Role[];
  readonly nextCursor: string | null;
  readonly total: number;
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
export abstract class RoleTransaction {
  /** The subject's row, made when missing, locked for change. */
  abstract lockSubject(address: SubjectAddress): Promise<Subject>;
  abstract saveSubject(subject: Subject): Promise<void>;
  /** `use` keeps the scope's roles as they are until the end; `change` is for one writer alone. */
  abstract lockScope(address: ScopeAddress, mode: 'use' | 'change'): Promise<Scope | null>;
  /** Adds a scope unless it is there already. */
  abstract addScope(scope: Scope): Promise<void>;
  abstract saveScope(scope: Scope): Promise<void>;
  /** Locks a role so that its holders can be counted: one such lock at a time. */
  abstract lockHolders(realmId: string, roleId: string): Promise<void>;
  abstract countHolders(realmId: string, roleId: string): Promise<number>;
  abstract findRole(realmId: string, id: string): Promise<Role | null>;
  abstract contentsOf(address: ScopeAddress): Promise<ScopeContents>;
  abstract addRole(role: Role): Promise<void>;
  abstract addPermission(address: ScopeAddress, permission: OwnPermission): Promise<void>;
  /** The roles a subject holds, ordered by id. */
  abstract heldBy(address: SubjectAddress): Promise<readonly HeldRole[]>;
  abstract assign(address: SubjectAddress, roleId: string, at: Date): Promise<void>;
  abstract unassign(address: SubjectAddress, roleIds: readonly string[]): Promise<void>;
  /** Deletes a scope's roles and permissions. Nobody may hold one of them any more. */
  abstract clearScope(address: ScopeAddress): Promise<void>;
  /** Deletes everything of a realm but its scopes' rows. */
  abstract clearRealm(realmId: string): Promise<void>;
  /** The next snapshot version. Taken under the lock of the row it is for, so that versions of a key grow with commits. */
  abstract nextVersion(): Promise<number>;
  /** Adds an audit event that leaves after the commit. */
  abstract record(event: AuditEvent): Promise<void>;
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
  /** Stores the name that a realm has now with its scopes. */
  abstract nameRealm(realmId: string, realmName: string): Promise<void>;
  /** Subjects that hold a role of the scope, ascending: at most `limit`. */
  abstract holdersIn(address: ScopeAddress, limit: number): Promise<readonly string[]>;
  /** The realm's own roles by name; `search` matches any part of the name, without case. */
  abstract listRealmRoles(realmId: string, page: PageRequest, search: string | null): Promise<RolePage>;
  /** The whole roles that a subject holds, by name. */
  abstract rolesOf(address: SubjectAddress): Promise<readonly Role[]>;
}
