import { REALM_SCOPE, type RemoveRealmRoles as Contract, type RequestOf } from '#contracts';
import { inPortions, PORTION_ROWS } from '#database';
import { Injectable } from '@nestjs/common';
import { RoleStore } from '../domain/role-store.js';
import { ChangeScopes, type ScopeChange } from './change-scopes.js';

/** How many scopes are fenced and changed at once. */
const BATCH = 100;

/** Marks a scope as removed: it grants nothing from then on and nothing is added to it. */
export const markRemoved: ScopeChange = (_transaction, scope) =>
  Promise.resolve(scope.removed ? null : { ...scope, removed: true });

/**
 * Removes everything of a realm, in portions. Idempotent. First its scopes, so that no role grants anything and none can be given any
 * more, then the rest; the subjects' snapshots need no care, because realm ids are never used again.
 */
@Injectable()
export class RemoveRealmRoles {
  constructor(
    private readonly changeScopes: ChangeScopes,
    private readonly store: RoleStore,
  ) {}

  /** @throws AppError `unavailable` when there is more to do. */
  async execute({ realmId }: RequestOf<typeof Contract>): Promise<void> {
    await this.changeScopes.execute(realmId, [REALM_SCOPE], markRemoved);
    await inPortions(async () => {
      const scopes = await this.store.liveScopes(realmId, BATCH);
      if (scopes.length > 0) await this.changeScopes.execute(realmId, scopes, markRemoved);
      return scopes.length > 0;
    });
    await inPortions(() => this.store.clearRealm(realmId, PORTION_ROWS));
  }
}
