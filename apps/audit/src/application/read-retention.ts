import type { AuditRetention, RetentionClass } from '#contracts';
import { Clock } from '#host';
import { Injectable } from '@nestjs/common';
import type { RealmScopeId } from '../domain/realm-scope.js';
import { DEFAULT_RETENTION, retentionAt, type RetentionPolicy } from '../domain/retention.js';
import { RetentionStore } from '../domain/retention-store.js';

/** What holds, and the version of it: how often was decided. */
export interface RetentionState {
  readonly retention: AuditRetention;
  readonly version: number;
}

/** Tells how long a realm's events are kept. */
@Injectable()
export class ReadRetention {
  constructor(
    private readonly store: RetentionStore,
    private readonly clock: Clock,
  ) {}

  async execute(query: { readonly realmId: RealmScopeId }): Promise<RetentionState> {
    return retentionState(await this.store.policies(query.realmId), this.clock.now());
  }
}

/** What the decisions about a realm amount to. */
export function retentionState(policies: readonly RetentionPolicy[], now: Date): RetentionState {
  return {
    retention: {
      retention: latest(policies),
      effective_from: policies.at(-1)?.effectiveFrom ?? null,
      in_force: retentionAt(policies, now),
    },
    version: policies.length,
  };
}

/** What was decided last. */
export function latest(policies: readonly RetentionPolicy[]): RetentionClass {
  return policies.at(-1)?.retention ?? DEFAULT_RETENTION;
}
