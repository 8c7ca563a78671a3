import { auditActor } from '#audit-trail';
import { SnapshotReader } from '#cache';
import {
  MAX_BULK_ASSIGNMENTS,
  REALM_SCOPE,
  UserSnapshot,
  userSnapshotKey,
  type ChangeAssignments as Contract,
  type RequestOf,
} from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { requireMayGrant } from '../domain/grant-policy.js';
import { RoleStore, type RoleTransaction, type Subject } from '../domain/role-store.js';
import { assignmentEvent } from './assignment-event.js';
import { ChangeAssignments } from './change-assignments.js';
import { RemainingAdministrators, type RemainingAdministration } from './remaining-administrators.js';
import { lockUsableRole, requirePresent } from './usable-role.js';

type Request = RequestOf<typeof Contract>;

/** Gives and takes several roles, all or none. What is so already stays. */
@Injectable()
export class ChangeManyAssignments {
  constructor(
    private readonly changeAssignments: ChangeAssignments,
    private readonly store: RoleStore,
    private readonly remaining: RemainingAdministrators,
    private readonly snapshots: SnapshotReader,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found` for a subject or role, `forbidden`, `conflict` for the last administrator of `master`. */
  async execute(request: Request, context: CallContext): Promise<void> {
    const subjectIds = [...new Set([...request.add, ...request.remove].map(({ subjectId }) => subjectId))];
    refuseContradictions(request);
    if (subjectIds.length === 0) return;
    if (subjectIds.length > MAX_BULK_ASSIGNMENTS) {
      throw new AppError('malformed_request', { detail: `At most ${MAX_BULK_ASSIGNMENTS} users change in one call.` });
    }
    await this.requireUsers(request, context);
    const { realmId, remove, add } = request;
    const remaining = await this.remaining.without(realmId, remove, add, context);
    await this.changeAssignments.execute(request.realmId, subjectIds, context, async (transaction, subject) => {
      const given = await this.give(transaction, subject, request, context);
      const taken = await this.take(transaction, subject, request, remaining, context);
      return given || taken ? subject : null;
    });
    await this.store.flush(context);
  }

  /** Before the transaction, which must not wait for another service. */
  private async requireUsers({ realmId, add }: Request, context: CallContext): Promise<void> {
    const ids = [...new Set(add.map(({ subjectId }) => subjectId))];
    const users = await Promise.all(
      ids.map((id) => this.snapshots.read(UserSnapshot, userSnapshotKey(realmId, id), context)),
    );
    if (users.includes(null)) {
      throw new AppError('not_found', { detail: 'The realm has no such user.', reason: 'unknown_subject' });
    }
  }

  private async give(
    transaction: RoleTransaction,
    subject: Subject,
    { actor, realmId, add }: Request,
    context: CallContext,
  ): Promise<boolean> {
    const held = new Set((await transaction.heldBy(subject)).map(({ roleId }) => roleId));
    let changed = false;
    for (const roleId of rolesFor(subject, add)) {
      requirePresent(subject);
      const granted = await lockUsableRole(transaction, realmId, (lookup) => lookup.findRole(realmId, roleId));
      const { permissions } = await transaction.contentsOf({ realmId, scope: REALM_SCOPE });
      requireMayGrant(actor, granted.role, permissions);
      if (held.has(roleId)) continue;
      const now = this.clock.now();
      await transaction.assign(subject, roleId, now);
      const facts = { type: 'role.assigned', actor: auditActor(actor), peer: actor.peer } as const;
      await transaction.record(assignmentEvent({ ...facts, subjectId: subject.subjectId, granted }, context, now));
      changed = true;
    }
    return changed;
  }

  private async take(
    transaction: RoleTransaction,
    subject: Subject,
    { actor, realmId, remove }: Request,
    remaining: RemainingAdministration | null,
    context: CallContext,
  ): Promise<boolean> {
    const held = new Set((await transaction.heldBy(subject)).map(({ roleId }) => roleId));
    let changed = false;
    for (const roleId of rolesFor(subject, remove)) {
      const taken = await lockUsableRole(transaction, realmId, (lookup) => lookup.findRole(realmId, roleId));
      if (!held.has(roleId)) continue;
      if (roleId === remaining?.roleId) await this.remaining.require(transaction, remaining);
      await transaction.unassign(subject, [roleId]);
      const facts = { type: 'role.unassigned', actor: auditActor(actor), peer: actor.peer } as const;
      await transaction.record(
        assignmentEvent({ ...facts, subjectId: subject.subjectId, granted: taken }, context, this.clock.now()),
      );
      changed = true;
    }
    return changed;
  }
}

/** In one order for everybody. */
function rolesFor({ subjectId }: Subject, pairs: Request['add']): readonly string[] {
  return [...new Set(pairs.filter((pair) => pair.subjectId === subjectId).map(({ roleId }) => roleId))].sort();
}

function refuseContradictions({ add, remove }: Request): void {
  const added = new Set(add.map(({ subjectId, roleId }) => `${subjectId}/${roleId}`));
  if (!remove.some(({ subjectId, roleId }) => added.has(`${subjectId}/${roleId}`))) return;
  throw new AppError('malformed_request', { detail: 'The same role cannot be given and taken in one call.' });
}
