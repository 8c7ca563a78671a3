import { SnapshotWriter } from '#cache';
import {
  AssignmentsSnapshot,
  assignmentsSnapshotKey,
  RoleScopeSnapshot,
  roleScopeSnapshotKey,
  type ApplyRoleConfiguration as Contract,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import { requireTimeLeft, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { v7 as uuidv7 } from 'uuid';
import { authorityChanges, type ToldSubject } from '../domain/authority-change.js';
import {
  changedScopes,
  changedSubjects,
  planRoles,
  requireMayApplyRoles,
  type RoleModel,
  type RolePlan,
} from '../domain/role-plan.js';
import { RoleStore } from '../domain/role-store.js';
import { ReadRoleModel } from './read-role-model.js';
import { RemainingAdministrators, type RemainingAdministration } from './remaining-administrators.js';
import { rolePlanChanges } from './role-plan-changes.js';
import { StaleRoleModelError, StoreRolePlan } from './store-role-plan.js';

type Request = RequestOf<typeof Contract>;
type Reply = ReplyOf<typeof Contract>;

/** Of how many subjects is told what they hold. */
const MAX_TOLD = 1_000;
/** How often a plan is made again because somebody else changed what it was made from. */
const ATTEMPTS = 5;

interface Planned {
  readonly model: RoleModel;
  readonly plan: RolePlan;
  readonly told: readonly ToldSubject[];
  readonly complete: boolean;
}

/** Makes a realm's roles, catalogues and assignments what a configuration says, or says what that would change. */
@Injectable()
export class ApplyRoleConfiguration {
  constructor(
    private readonly store: RoleStore,
    private readonly snapshots: SnapshotWriter,
    private readonly read: ReadRoleModel,
    private readonly storePlan: StoreRolePlan,
    private readonly remaining: RemainingAdministrators,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `validation_failed`, `forbidden`, `conflict`, `not_found`. */
  async execute(request: Request, context: CallContext): Promise<Reply> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt(request, context);
      } catch (error) {
        if (!(error instanceof StaleRoleModelError) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  private async attempt(request: Request, context: CallContext): Promise<Reply> {
    const { actor, realmId, mode } = request;
    const planned = await this.plan(request);
    const { plan, model, told, complete } = planned;
    const changes = rolePlanChanges(plan);
    if (mode !== 'plan') requireMayApplyRoles(actor, plan);
    const remaining = mode === 'plan' ? null : await this.remainingAfter(realmId, plan, context);
    if (request.expected !== null && !isDeepStrictEqual(changes, request.expected)) throw somethingElse();
    if (mode === 'apply') {
      if (changes.length > 0) await this.apply(request, plan, model, remaining, context);
      return { changes, authority: [], complete: true };
    }
    if (remaining !== null) {
      await this.store.transaction((transaction) => this.remaining.require(transaction, remaining));
    }
    const deletedClientIds = new Set(request.deletedClientIds);
    const all = authorityChanges(told, { realmId, plan, deletedClientIds });
    const asked = new Set(request.alsoTellOf ?? []);
    const authority = all.filter(
      ({ subjectId, before, after }) =>
        !isDeepStrictEqual(before, after) ||
        (before.length > 0 && (request.alsoTellOf === null || asked.has(subjectId))),
    );
    return { changes, authority, complete };
  }

  /** A plan, and everybody whose authority it may touch. */
  private async plan(request: Request): Promise<Planned> {
    const { realmId, prune, scopes, subjects, deletedClientIds, alsoTellOf, mode } = request;
    const making = () => ({
      ...{ realmId, prune, now: this.clock.now(), makeId: uuidv7, problems: [] },
      deletedClientIds: new Set(deletedClientIds),
    });
    const model = await this.read.execute(realmId, { scopes, subjects }, []);
    const plan = planRoles(model, request, making());
    if (mode === 'apply') return { model, plan, told: [], complete: true };
    const holders = await this.concernedBy(plan, request);
    const ids = [...new Set([...(alsoTellOf ?? []), ...holders])].slice(0, MAX_TOLD);
    // What else they hold is read with it, so that what they have anyway is not told as gained or lost.
    const whole = await this.read.execute(realmId, { scopes, subjects }, ids);
    const told = [...new Set([...subjects.map(({ id }) => id), ...ids])];
    return {
      model: whole,
      plan: planRoles(whole, request, making()),
      told: told.map((subjectId) => ({ subjectId, held: whole.subjects.get(subjectId)?.roles ?? [] })),
      complete: holders.length <= MAX_TOLD && (alsoTellOf ?? []).length <= MAX_TOLD,
    };
  }

  private async concernedBy(
    plan: RolePlan,
    { realmId, deletedClientIds, alsoTellOf }: Request,
  ): Promise<readonly string[]> {
    if (alsoTellOf === null) return this.store.holdersOf(realmId, null, MAX_TOLD + 1);
    const scopes = changedScopes(plan);
    const gone = await this.store.readScopes(deletedClientIds.map((scope) => ({ realmId, scope })));
    const roleIds = [
      ...scopes.flatMap(({ roles }) => [...roles.changed.map(({ before }) => before), ...roles.removed]),
      ...gone.flatMap((state) => state?.roles ?? []),
    ].map(({ id }) => id);
    return roleIds.length === 0 ? [] : this.store.holdersOf(realmId, roleIds, MAX_TOLD + 1);
  }

  /** Who could still administer `master`; before the transaction, which must not wait for another service. */
  private remainingAfter(
    realmId: string,
    plan: RolePlan,
    context: CallContext,
  ): Promise<RemainingAdministration | null> {
    const subjects = changedSubjects(plan);
    const leaving = subjects.flatMap(({ id, taken }) => taken.map(({ roleId }) => ({ subjectId: id, roleId })));
    const incoming = subjects.flatMap(({ id, given }) => given.map(({ role }) => ({ subjectId: id, roleId: role.id })));
    return this.remaining.without(realmId, leaving, incoming, context);
  }

  private async apply(
    request: Request,
    plan: RolePlan,
    model: RoleModel,
    remaining: RemainingAdministration | null,
    context: CallContext,
  ): Promise<void> {
    const { actor, realmId, realmName } = request;
    const targets = [
      ...changedScopes(plan).map(({ key }) => ({
        contract: RoleScopeSnapshot,
        key: roleScopeSnapshotKey(realmId, key),
      })),
      ...changedSubjects(plan).map(({ id }) => ({
        contract: AssignmentsSnapshot,
        key: assignmentsSnapshotKey(realmId, id),
      })),
    ];
    const cause = { actor, context, now: this.clock.now(), remaining };
    await this.snapshots.change(targets, () =>
      this.store.transaction(async (transaction) => {
        const snapshots = await this.storePlan.execute(transaction, plan, model, { realmId, realmName }, cause);
        requireTimeLeft(context);
        return { result: undefined, snapshots };
      }),
    );
    await this.store.flush(context);
  }
}

function somethingElse(): AppError {
  return new AppError('conflict', {
    detail: 'The roles of the realm were changed meanwhile: plan again.',
    reason: 'another_plan',
  });
}
