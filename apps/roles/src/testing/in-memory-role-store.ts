import { requireCatalogued } from '#audit-trail';
import type { AuditEvent, PageRequest } from '#contracts';
import { decodeCursor, encodeCursor, foldedText } from '#database';
import { KeptAnswers, keyTaken, type KeptAnswer } from '#idempotency';
import type { RetiredBit } from '../domain/catalogue-policy.js';
import { EMPTY_MASK, type PermissionMask } from '../domain/mask.js';
import type { OwnPermission } from '../domain/permission-catalogue.js';
import {
  RoleStore,
  RoleTransaction,
  type AffectedHolder,
  type HeldRole,
  type Holder,
  type RolePage,
  type RoleQuery,
  type Scope,
  type ScopeAddress,
  type ScopeContents,
  type Subject,
  type SubjectAddress,
  type SubjectPage,
  type SubjectState,
} from '../domain/role-store.js';
import { scopeOf, type Role } from '../domain/role.js';
import { pageOfPlaces } from '../infrastructure/persistence/role-places.js';

interface Assignment extends SubjectAddress {
  readonly roleId: string;
  readonly assignedAt: Date;
}

interface Permission extends ScopeAddress, OwnPermission {
  readonly retiredAt: Date | null;
}

interface State {
  readonly scopes: Map<string, Scope>;
  readonly subjects: Map<string, Subject>;
  roles: Role[];
  permissions: Permission[];
  kept_answers: (KeptAnswer & { readonly realmId: string })[];
  assignments: Assignment[];
  events: AuditEvent[];
  version: number;
}

const keyOf = (realmId: string, other: string): string => `${realmId}/${other}`;
const ascending = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** Keeps roles in memory; transactions run one after the other. */
export class InMemoryRoleStore extends RoleStore {
  private state: State = {
    scopes: new Map(),
    subjects: new Map(),
    roles: [],
    permissions: [],
    kept_answers: [],
    assignments: [],
    events: [],
    version: 0,
  };
  private tail: Promise<unknown> = Promise.resolve();

  /** Audit events of committed transactions. */
  get events(): readonly AuditEvent[] {
    return this.state.events;
  }

  /** The answers that committed transactions kept. */
  readonly answers: KeptAnswers = new InMemoryAnswers(() => this.state);

  transaction<T>(work: (transaction: RoleTransaction) => Promise<T>): Promise<T> {
    const turn = this.tail.then(async () => {
      const draft: State = {
        ...this.state,
        scopes: new Map(this.state.scopes),
        subjects: new Map(this.state.subjects),
        roles: [...this.state.roles],
        permissions: [...this.state.permissions],
        kept_answers: [...this.state.kept_answers],
        assignments: [...this.state.assignments],
        events: [...this.state.events],
      };
      try {
        const result = await work(new InMemoryTransaction(draft));
        this.state = draft;
        return result;
      } finally {
        // A sequence does not go back.
        this.state.version = draft.version;
      }
    });
    this.tail = turn.catch(() => {});
    return turn;
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  readSubjects(addresses: readonly SubjectAddress[]): Promise<readonly SubjectState[]> {
    return Promise.resolve(
      addresses.map((address) => ({
        version: this.state.subjects.get(keyOf(address.realmId, address.subjectId))?.version ?? 0,
        roles: heldBy(this.state, address),
      })),
    );
  }

  readScopes(
    addresses: readonly ScopeAddress[],
  ): Promise<readonly (({ readonly scope: Scope } & ScopeContents) | null)[]> {
    return Promise.resolve(
      addresses.map((address) => {
        const scope = this.state.scopes.get(keyOf(address.realmId, address.scope));
        return scope === undefined ? null : { scope, ...contentsOf(this.state, address) };
      }),
    );
  }

  liveScopes(realmId: string, limit: number): Promise<readonly string[]> {
    const scopes = [...this.state.scopes.values()].filter((scope) => scope.realmId === realmId && !scope.removed);
    return Promise.resolve(scopes.map(({ scope }) => scope).slice(0, limit));
  }

  clearRealm(realmId: string, limit: number): Promise<boolean> {
    const inRealm = (one: { readonly realmId: string }): boolean => one.realmId === realmId;
    for (const table of ['assignments', 'subjects', 'roles', 'permissions', 'kept_answers'] as const) {
      const gone = new Set<unknown>([...this.state[table].values()].filter(inRealm).slice(0, limit));
      if (table === 'subjects') {
        for (const [key, subject] of this.state.subjects) if (gone.has(subject)) this.state.subjects.delete(key);
      } else {
        Object.assign(this.state, { [table]: this.state[table].filter((one) => !gone.has(one)) });
      }
      if (gone.size === limit) return Promise.resolve(true);
    }
    return Promise.resolve(false);
  }

  nameRealm(realmId: string, realmName: string, after: string, limit: number): Promise<string | null> {
    const named = [...this.state.scopes]
      .filter(([, scope]) => scope.realmId === realmId && scope.scope > after)
      .sort(([, left], [, right]) => (left.scope < right.scope ? -1 : 1))
      .slice(0, limit);
    for (const [key, scope] of named) this.state.scopes.set(key, { ...scope, realmName });
    return Promise.resolve(named.length < limit ? null : (named.at(-1)?.[1].scope ?? null));
  }

  holdersIn({ realmId, scope }: ScopeAddress, limit: number): Promise<readonly string[]> {
    const roleIds = new Set(rolesIn(this.state, { realmId, scope }).map(({ id }) => id));
    const holders = this.state.assignments.filter((one) => one.realmId === realmId && roleIds.has(one.roleId));
    return Promise.resolve([...new Set(holders.map(({ subjectId }) => subjectId))].sort(ascending).slice(0, limit));
  }

  findRole(realmId: string, id: string): Promise<Role | null> {
    return Promise.resolve(this.state.roles.find((role) => role.realmId === realmId && role.id === id) ?? null);
  }

  async listHolders(realmId: string, roleId: string, page: PageRequest): Promise<SubjectPage<Holder>> {
    const holders = this.state.assignments.filter((one) => one.realmId === realmId && one.roleId === roleId);
    return Promise.resolve(
      pageOf(
        holders.map(({ subjectId, assignedAt }) => ({ subjectId, assignedAt })),
        page,
      ),
    );
  }

  async listAffected(role: Role, mask: PermissionMask, page: PageRequest): Promise<SubjectPage<AffectedHolder>> {
    const { realmId } = role;
    const holders = this.state.assignments.filter((one) => one.realmId === realmId && one.roleId === role.id);
    const affected = holders
      .map(({ subjectId }) => {
        const held = new Set(heldBy(this.state, { realmId, subjectId }).map(({ roleId }) => roleId));
        const beside = rolesIn(this.state, { realmId, scope: scopeOf(role) }).filter(
          ({ id }) => held.has(id) && id !== role.id,
        );
        return { subjectId, others: beside.reduce((union, other) => union | other.mask, EMPTY_MASK) };
      })
      .filter(({ others }) => (others | role.mask) !== (others | mask));
    return Promise.resolve(pageOf(affected, page));
  }

  async listRoles(address: ScopeAddress, page: PageRequest, query: RoleQuery = {}): Promise<RolePage> {
    const { search, name, sort = 'name' } = query;
    const matching = rolesIn(this.state, address).filter(
      (role) => (name === undefined || role.name === name) && foldedText(role.name).includes(foldedText(search ?? '')),
    );
    const list = `${address.realmId}/${address.scope}`;
    const { shown, nextCursor } = pageOfPlaces(matching, list, sort, page);
    return { roles: shown, nextCursor, total: matching.length };
  }

  retiredIn(addresses: readonly ScopeAddress[]): Promise<readonly (readonly RetiredBit[])[]> {
    return Promise.resolve(addresses.map((address) => retiredBits(this.state, address)));
  }

  holdersOf(realmId: string, roleIds: readonly string[] | null, limit: number): Promise<readonly string[]> {
    const holding = this.state.assignments.filter(
      (one) => one.realmId === realmId && (roleIds === null || roleIds.includes(one.roleId)),
    );
    return Promise.resolve([...new Set(holding.map(({ subjectId }) => subjectId))].sort(ascending).slice(0, limit));
  }

  rolesOf({ realmId, subjectId }: SubjectAddress): Promise<readonly Role[]> {
    const held = new Set(heldBy(this.state, { realmId, subjectId }).map(({ roleId }) => roleId));
    return Promise.resolve(
      this.state.roles
        .filter((role) => role.realmId === realmId && held.has(role.id))
        .sort((left, right) => ascending(left.name, right.name) || ascending(left.id, right.id)),
    );
  }
}

class InMemoryAnswers extends KeptAnswers {
  constructor(private readonly state: () => State) {
    super();
  }

  find(keyHash: Buffer, since: Date): Promise<KeptAnswer | null> {
    const kept = this.state().kept_answers.find((one) => one.keyHash.equals(keyHash) && one.createdAt >= since);
    return Promise.resolve(kept ?? null);
  }

  forget(before: Date): Promise<void> {
    const state = this.state();
    state.kept_answers = state.kept_answers.filter(({ createdAt }) => createdAt >= before);
    return Promise.resolve();
  }
}

class InMemoryTransaction extends RoleTransaction {
  constructor(private readonly state: State) {
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

function retiredBits(state: State, { realmId, scope }: ScopeAddress): readonly RetiredBit[] {
  return state.permissions
    .filter((one) => one.realmId === realmId && one.scope === scope)
    .flatMap(({ bit, retiredAt }) => (retiredAt === null ? [] : [{ bit, retiredAt }]))
    .sort((left, right) => left.bit - right.bit);
}

function isPermission(one: Permission, { realmId, scope }: ScopeAddress, bit: number): boolean {
  return one.realmId === realmId && one.scope === scope && one.bit === bit;
}

function pageOf<T extends { readonly subjectId: string }>(all: readonly T[], page: PageRequest): SubjectPage<T> {
  const [after = ''] = page.cursor === null ? [] : decodeCursor(page.cursor, 1);
  const rest = [...all]
    .sort((left, right) => ascending(left.subjectId, right.subjectId))
    .filter(({ subjectId }) => subjectId > after);
  const items = rest.slice(0, page.limit);
  const last = items.at(-1);
  const nextCursor = last === undefined || rest.length <= items.length ? null : encodeCursor([last.subjectId]);
  return { items, nextCursor, total: all.length };
}

function rolesIn(state: State, { realmId, scope }: ScopeAddress): Role[] {
  return state.roles.filter((role) => role.realmId === realmId && scopeOf(role) === scope);
}

function contentsOf(state: State, address: ScopeAddress): ScopeContents {
  return {
    roles: rolesIn(state, address).sort((left, right) => ascending(left.name, right.name)),
    permissions: state.permissions
      .filter((one) => one.realmId === address.realmId && one.scope === address.scope && one.retiredAt === null)
      .map(({ bit, name, description, version }) => ({ bit, name, description, version }))
      .sort((left, right) => left.bit - right.bit),
  };
}

function heldBy(state: State, { realmId, subjectId }: SubjectAddress): readonly HeldRole[] {
  return state.assignments
    .filter((one) => one.realmId === realmId && one.subjectId === subjectId)
    .flatMap(({ roleId }) => {
      const role = state.roles.find((one) => one.id === roleId);
      return role === undefined ? [] : [{ roleId, scope: scopeOf(role), roleName: role.name }];
    })
    .sort((left, right) => ascending(left.roleId, right.roleId));
}
