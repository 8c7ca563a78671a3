import { requireCatalogued } from '#audit-trail';
import type { AuditEvent } from '#contracts';
import { type KeptAnswer, keyTaken } from '#idempotency';
import type { RetiredBit } from '../domain/catalogue-policy.js';
import type { OwnPermission } from '../domain/permission-catalogue.js';
import {
  type HeldRole,
  RoleTransaction,
  type Scope,
  type ScopeAddress,
  type ScopeContents,
  type Subject,
  type SubjectAddress,
} from '../domain/role-store.js';
import { type Role, scopeOf } from '../domain/role.js';
import {
  ascending,
  contentsOf,
  heldBy,
  type InMemoryRoleState,
  isPermission,
  keyOf,
  retiredBits,
  rolesIn,
} from './in-memory-role-state.js';

/** One transaction on a store in memory. */
export class InMemoryRoleTransaction extends RoleTransaction {
  constructor(private readonly state: InMemoryRoleState) {
    super();
  }

  lockSubject(address: SubjectAddress): Promise<Subject> {
    const key = keyOf(address.realmId, address.subjectId);
    const subject = this.state.subjects.get(key) ?? {
      ...address,
      ...{ version: 0, ensuredRoleIds: [], removed: false, withdrawnUntil: null },
    };
    this.state.subjects.set(key, subject);
    return Promise.resolve(subject);
  }

  saveSubject(subject: Subject): Promise<void> {
    this.state.subjects.set(keyOf(subject.realmId, subject.subjectId), subject);
    return Promise.resolve();
  }

  lockScope({ realmId, scope }: ScopeAddress): Promise<Scope | null> {
    return Promise.resolve(this.state.scopes.get(keyOf(realmId, scope)) ?? null);
  }

  addScope(scope: Scope): Promise<void> {
    const key = keyOf(scope.realmId, scope.scope);
    if (!this.state.scopes.has(key)) this.state.scopes.set(key, scope);
    return Promise.resolve();
  }

  saveScope(scope: Scope): Promise<void> {
    this.state.scopes.set(keyOf(scope.realmId, scope.scope), scope);
    return Promise.resolve();
  }

  lockHolders(): Promise<void> {
    return Promise.resolve();
  }

  countHolders(realmId: string, roleId: string): Promise<number> {
    const holders = this.state.assignments.filter((one) => one.realmId === realmId && one.roleId === roleId);
    return Promise.resolve(holders.length);
  }

  holdersAmong(realmId: string, roleId: string, subjectIds: readonly string[]): Promise<readonly string[]> {
    const holders = this.state.assignments.filter((one) => one.realmId === realmId && one.roleId === roleId);
    return Promise.resolve(subjectIds.filter((id) => holders.some(({ subjectId }) => subjectId === id)));
  }

  withdrawnAmong(realmId: string, subjectIds: readonly string[], at: Date): Promise<readonly string[]> {
    return Promise.resolve(
      subjectIds.filter((id) => {
        const until = this.state.subjects.get(keyOf(realmId, id))?.withdrawnUntil ?? null;
        return until !== null && until > at;
      }),
    );
  }

  findRole(realmId: string, id: string): Promise<Role | null> {
    return Promise.resolve(this.state.roles.find((role) => role.realmId === realmId && role.id === id) ?? null);
  }

  contentsOf(address: ScopeAddress): Promise<ScopeContents> {
    return Promise.resolve(contentsOf(this.state, address));
  }

  addRole(role: Role): Promise<void> {
    if (rolesIn(this.state, { realmId: role.realmId, scope: scopeOf(role) }).some(({ name }) => name === role.name)) {
      return Promise.reject(new Error('roles_name_key'));
    }
    this.state.roles.push(role);
    return Promise.resolve();
  }

  addPermission(address: ScopeAddress, permission: OwnPermission): Promise<void> {
    this.state.permissions = this.state.permissions.filter(
      (one) => !isPermission(one, address, permission.bit) || one.retiredAt === null,
    );
    this.state.permissions.push({ ...address, ...permission, retiredAt: null });
    return Promise.resolve();
  }

  savePermission(address: ScopeAddress, permission: OwnPermission): Promise<void> {
    this.state.permissions = this.state.permissions.map((one) =>
      isPermission(one, address, permission.bit) ? { ...one, ...permission } : one,
    );
    return Promise.resolve();
  }

  retirePermission(address: ScopeAddress, bit: number, at: Date): Promise<void> {
    this.state.permissions = this.state.permissions.map((one) =>
      isPermission(one, address, bit) ? { ...one, retiredAt: at } : one,
    );
    return Promise.resolve();
  }

  retiredBits(address: ScopeAddress): Promise<readonly RetiredBit[]> {
    return Promise.resolve(retiredBits(this.state, address));
  }

  saveRole(role: Role): Promise<void> {
    this.state.roles = this.state.roles.map((one) => (one.id === role.id ? role : one));
    return Promise.resolve();
  }

  removeRole(realmId: string, id: string): Promise<void> {
    this.state.roles = this.state.roles.filter((one) => one.realmId !== realmId || one.id !== id);
    this.state.assignments = this.state.assignments.filter((one) => one.realmId !== realmId || one.roleId !== id);
    return Promise.resolve();
  }

  heldBy(address: SubjectAddress): Promise<readonly HeldRole[]> {
    return Promise.resolve(heldBy(this.state, address));
  }

  assign({ realmId, subjectId }: SubjectAddress, roleId: string, at: Date): Promise<void> {
    this.state.assignments.push({ realmId, subjectId, roleId, assignedAt: at });
    return Promise.resolve();
  }

  unassign({ realmId, subjectId }: SubjectAddress, roleIds: readonly string[]): Promise<void> {
    this.state.assignments = this.state.assignments.filter(
      (one) => one.realmId !== realmId || one.subjectId !== subjectId || !roleIds.includes(one.roleId),
    );
    return Promise.resolve();
  }

  async lockSubjects(realmId: string, subjectIds: readonly string[]): Promise<readonly Subject[]> {
    const subjects = [...new Set(subjectIds)]
      .sort(ascending)
      .map((subjectId) => this.lockSubject({ realmId, subjectId }));
    return Promise.all(subjects);
  }

  async assignAll(
    realmId: string,
    pairs: readonly { readonly subjectId: string; readonly roleId: string }[],
    at: Date,
  ): Promise<void> {
    for (const { subjectId, roleId } of pairs) await this.assign({ realmId, subjectId }, roleId, at);
  }

  stampSubjects(realmId: string, subjectIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const versions = new Map<string, number>();
    for (const subjectId of subjectIds) {
      const key = keyOf(realmId, subjectId);
      const subject = this.state.subjects.get(key);
      if (subject === undefined) continue;
      versions.set(subjectId, (this.state.version += 1));
      this.state.subjects.set(key, { ...subject, version: this.state.version });
    }
    return Promise.resolve(versions);
  }

  async addScopes(scopes: readonly Scope[]): Promise<void> {
    for (const scope of scopes) await this.addScope(scope);
  }

  async addPermissions(permissions: readonly (ScopeAddress & OwnPermission)[]): Promise<void> {
    for (const { realmId, scope, ...permission } of permissions)
      await this.addPermission({ realmId, scope }, permission);
  }

  async addRoles(roles: readonly Role[]): Promise<void> {
    for (const role of roles) await this.addRole(role);
  }

  stampScopes(realmId: string, scopes: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const versions = new Map<string, number>();
    for (const name of scopes) {
      const scope = this.state.scopes.get(keyOf(realmId, name));
      if (scope === undefined) continue;
      versions.set(name, (this.state.version += 1));
      this.state.scopes.set(keyOf(realmId, name), { ...scope, version: this.state.version });
    }
    return Promise.resolve(versions);
  }

  async nextVersions(count: number): Promise<readonly number[]> {
    return Array.from({ length: count }, () => (this.state.version += 1));
  }

  async recordAll(events: readonly AuditEvent[]): Promise<void> {
    for (const event of events) await this.record(event);
  }

  clearScope(address: ScopeAddress): Promise<void> {
    const gone = new Set(rolesIn(this.state, address));
    this.state.roles = this.state.roles.filter((role) => !gone.has(role));
    this.state.permissions = this.state.permissions.filter(
      (one) => one.realmId !== address.realmId || one.scope !== address.scope,
    );
    return Promise.resolve();
  }

  nextVersion(): Promise<number> {
    this.state.version += 1;
    return Promise.resolve(this.state.version);
  }

  keepAnswer(answer: KeptAnswer, since: Date): Promise<void> {
    const same = this.state.kept_answers.find(({ keyHash }) => keyHash.equals(answer.keyHash));
    if (same !== undefined && same.createdAt >= since) return Promise.reject(keyTaken());
    this.state.kept_answers = [...this.state.kept_answers.filter((one) => one !== same), answer];
    return Promise.resolve();
  }

  record(event: AuditEvent): Promise<void> {
    requireCatalogued(event);
    this.state.events.push(event);
    return Promise.resolve();
  }
}
