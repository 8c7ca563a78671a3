import type { RequestOf, RetireClientRoles as Contract } from '#contracts';
import { requireTimeLeft, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { RoleStore } from '../domain/role-store.js';
import { ChangeScopes } from './change-scopes.js';
import { markRemoved } from './remove-realm-roles.js';

/** How many clients are looked at, and at most fenced and changed, at once. */
const BATCH = 100;

/** Marks the scopes of deleted clients as removed; `RemoveClientRoles` clears away what is in them, and who holds it. */
@Injectable()
export class RetireClientRoles {
  constructor(
    private readonly changeScopes: ChangeScopes,
    private readonly store: RoleStore,
  ) {}

  /** @throws AppError `unavailable`, `deadline_exceeded`. */
  async execute({ realmId, clientIds }: RequestOf<typeof Contract>, context: CallContext): Promise<void> {
    for (let start = 0; start < clientIds.length; start += BATCH) {
      requireTimeLeft(context);
      const some = clientIds.slice(start, start + BATCH);
      const states = await this.store.readScopes(some.map((scope) => ({ realmId, scope })));
      // Most clients are no API. Of one that nobody has made a role of yet, there is nothing to retire.
      const granting = states.flatMap((state) => (state === null || state.scope.removed ? [] : [state.scope.scope]));
      if (granting.length > 0) await this.changeScopes.execute(realmId, granting, markRemoved);
    }
  }
}
