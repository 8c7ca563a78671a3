import type { RealmSnapshot, SnapshotOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { SnapshotRepository } from '../domain/repositories.js';
import { realmSnapshotOf } from '../domain/snapshots.js';

/** One key's present state. */
export interface LoadedRealm {
  readonly key: string;
  readonly version: number;
  readonly value: SnapshotOf<typeof RealmSnapshot> | null;
}

/** The authoritative state of realms, for readers whose cache cannot tell. */
@Injectable()
export class LoadRealmSnapshots {
  constructor(private readonly snapshots: SnapshotRepository) {}

  /** One entry for each key, in the order asked. */
  async execute(keys: readonly string[]): Promise<LoadedRealm[]> {
    const realms = await this.snapshots.realms(keys);
    return realms.map(({ version, value }, index) => ({
      key: keys[index] ?? '',
      version,
      value: value === null ? null : realmSnapshotOf(value),
    }));
  }
}
