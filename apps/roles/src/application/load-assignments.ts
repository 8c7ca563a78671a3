import type { AssignmentsSnapshot, SnapshotOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { subjectAddressOf } from '../domain/address.js';
import { RoleStore, type SubjectAddress } from '../domain/role-store.js';
import { assignmentsState } from '../domain/snapshot-state.js';

/** One key's authoritative state. */
export interface LoadedAssignments {
  readonly key: string;
  readonly version: number;
  readonly value: SnapshotOf<typeof AssignmentsSnapshot> | null;
}

/** The authoritative answer for snapshots of assignments, one to one in the order asked. */
@Injectable()
export class LoadAssignments {
  constructor(private readonly store: RoleStore) {}

  async execute(keys: readonly string[]): Promise<readonly LoadedAssignments[]> {
    const addresses = new Map(keys.map((key) => [key, subjectAddressOf(key)]));
    const known = [...addresses].filter((entry): entry is [string, SubjectAddress] => entry[1] !== null);
    const states = known.length === 0 ? [] : await this.store.readSubjects(known.map(([, address]) => address));
    const loaded = new Map<string, LoadedAssignments>();
    known.forEach(([key, address], index) => {
      const state = states[index];
      if (state === undefined || state.version === 0) return;
      loaded.set(key, { key, version: state.version, value: assignmentsState(address, state.roles) });
    });
    return keys.map((key) => loaded.get(key) ?? { key, version: 0, value: null });
  }
}
