import type { AuditEvent, PageRequest } from '#contracts';
import { foldedText } from '#database';
import { type KeptAnswer, KeptAnswers } from '#idempotency';
import type { RetiredBit } from '../domain/catalogue-policy.js';
import { EMPTY_MASK, type PermissionMask } from '../domain/mask.js';
import {
  type AffectedHolder,
  type Holder,
  type RolePage,
  type RoleQuery,
  RoleStore,
  type RoleTransaction,
  type Scope,
  type ScopeAddress,
  type ScopeContents,
  type SubjectAddress,
  type SubjectPage,
  type SubjectState,
} from '../domain/role-store.js';
import { type Role, scopeOf } from '../domain/role.js';
import { pageOfPlaces } from '../infrastructure/persistence/role-places.js';
import {
  ascending,
  contentsOf,
  heldBy,
  type InMemoryRoleState,
  keyOf,
  pageOf,
  retiredBits,
  rolesIn,
} from './in-memory-role-state.js';
import { InMemoryRoleTransaction } from './in-memory-role-transaction.js';

/** Keeps roles in memory; transactions run one after the other. */
export class InMemoryRoleStore extends RoleStore {
  private state: InMemoryRoleState = {
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
      const draft: InMemoryRoleState = {
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
        const result = await work(new InMemoryRoleTransaction(draft));
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
  constructor(private readonly state: () => InMemoryRoleState) {
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
