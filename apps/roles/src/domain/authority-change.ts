import { assignedScopes, effectiveAccess, type Assignments, type EffectiveAccess, type RoleScope } from '#access';
import type { AuthorityChange } from '#contracts';
import type { PlannedScope } from './configured-scope.js';
import type { RolePlan } from './role-plan.js';
import type { HeldRole, Scope, ScopeContents } from './role-store.js';
import { scopeState } from './snapshot-state.js';

/** Somebody of whom is told what they hold. */
export interface ToldSubject {
  readonly subjectId: string;
  readonly held: readonly HeldRole[];
}

/** What it is told by: a plan, and the clients that go. */
export interface AuthorityFacts {
  readonly realmId: string;
  readonly plan: RolePlan;
  readonly deletedClientIds: ReadonlySet<string>;
}

/** What subjects hold before and after a plan, by the code that fills their tokens. */
export function authorityChanges(told: readonly ToldSubject[], facts: AuthorityFacts): AuthorityChange[] {
  const states = new Map<PlannedScope, { readonly before: RoleScope | null; readonly after: RoleScope | null }>();
  for (const scope of facts.plan.scopes.values()) {
    states.set(scope, {
      before: scope.scope === null ? null : state(scope, scope.before, facts),
      after: facts.deletedClientIds.has(scope.key) ? null : state(scope, scope.after, facts),
    });
  }
  const planned = new Map(facts.plan.subjects.map((subject) => [subject.id, subject]));
  return told.map(({ subjectId, held }) => {
    const change = planned.get(subjectId);
    const taken = new Set((change?.taken ?? []).map(({ roleId }) => roleId));
    const given = (change?.given ?? []).map(({ role, scope }) => ({ roleId: role.id, scope: scope.key }));
    const before = held.map(({ roleId, scope }) => ({ roleId, scope }));
    const after = [...before.filter(({ roleId }) => !taken.has(roleId)), ...given];
    const access = (roles: Assignments['roles'], when: 'before' | 'after'): AuthorityChange['before'] => {
      const assignments: Assignments = { realmId: facts.realmId, subjectId, roles };
      const scopes = assignedScopes(assignments).map((key) => {
        const scope = facts.plan.scopes.get(key);
        return scope === undefined ? null : (states.get(scope)?.[when] ?? null);
      });
      return heldAt(effectiveAccess(assignments, scopes));
    };
    return { subjectId, before: access(before, 'before'), after: access(after, 'after') };
  });
}

function heldAt(access: EffectiveAccess): AuthorityChange['before'] {
  return access.map(({ audience, permissions }) => ({ audience, permissions: [...permissions] }));
}

function state(planned: PlannedScope, contents: ScopeContents, { realmId }: AuthorityFacts): RoleScope | null {
  const made: Scope = planned.scope ?? {
    ...{ realmId, scope: planned.key, realmName: '', audience: planned.label ?? '', audienceVersion: 0 },
    ...{ version: 0, removed: false },
  };
  return scopeState(made, contents);
}
