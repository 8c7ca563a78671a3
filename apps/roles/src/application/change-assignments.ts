import { SnapshotWriter, type PublishedSnapshot } from '#cache';
import { AssignmentsSnapshot, assignmentsSnapshotKey } from '#contracts';
import { requireTimeLeft, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { RoleStore, type RoleTransaction, type Subject } from '../domain/role-store.js';
import { assignmentsState } from '../domain/snapshot-state.js';

/** Alters what one subject holds. Answers the subject as it shall be saved, or null when there was nothing to change. */
export type AssignmentChange = (transaction: RoleTransaction, subject: Subject) => Promise<Subject | null>;

/**
 * Changes assignments under G2: the subjects' snapshots are fenced, their rows locked, the change made, the new state
 * published. Also when nothing changes, so that repeating a call whose publishing failed puts the cache right.
 */
@Injectable()
export class ChangeAssignments {
  constructor(
    private readonly store: RoleStore,
    private readonly snapshots: SnapshotWriter,
  ) {}

  async execute(
    realmId: string,
    subjectIds: readonly string[],
    context: CallContext,
    change: AssignmentChange,
  ): Promise<void> {
    // One order for everybody who locks several.
    const ascending = [...new Set(subjectIds)].sort();
    const targets = ascending.map((subjectId) => ({
      contract: AssignmentsSnapshot,
      key: assignmentsSnapshotKey(realmId, subjectId),
    }));
    await this.snapshots.change(targets, () =>
      this.store.transaction(async (transaction) => {
        const subjects: Subject[] = [];
        for (const subjectId of ascending) subjects.push(await transaction.lockSubject({ realmId, subjectId }));
        const snapshots: PublishedSnapshot[] = [];
        for (const subject of subjects) snapshots.push(await changeOne(transaction, subject, change));
        requireTimeLeft(context);
        return { result: undefined, snapshots };
      }),
    );
  }
}

async function changeOne(
  transaction: RoleTransaction,
  subject: Subject,
  change: AssignmentChange,
): Promise<PublishedSnapshot> {
  const changed = await change(transaction, subject);
  let { version } = subject;
  // Version 0 means that the subject never existed; locking it has just made it.
  if (changed !== null || version === 0) {
    version = await transaction.nextVersion();
    await transaction.saveSubject({ ...(changed ?? subject), version });
  }
  return {
    contract: AssignmentsSnapshot,
    key: assignmentsSnapshotKey(subject.realmId, subject.subjectId),
    version,
    value: assignmentsState(subject, await transaction.heldBy(subject)),
  };
}
