import type { RemoveClientRoles as Contract, RequestOf } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { RoleStore, type HeldRole } from '../domain/role-store.js';
import { ChangeAssignments } from './change-assignments.js';
import { ChangeScopes } from './change-scopes.js';
import { recordTaken } from './record-taken.js';
import { markRemoved } from './remove-realm-roles.js';

/** How many subjects are fenced and changed at once. */
const BATCH = 100;

/**
 * Removes a deleted client's roles and catalogue, and all that its service account holds. Idempotent.
 *
 * The scope goes first: from then on its roles grant nothing and nobody can be given one, so the holders that are found
 * afterwards are all there are.
 */
@Injectable()
export class RemoveClientRoles {
  constructor(
    private readonly changeScopes: ChangeScopes,
    private readonly changeAssignments: ChangeAssignments,
    private readonly store: RoleStore,
    private readonly clock: Clock,
  ) {}

  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<void> {
    const { realmId, clientId, serviceAccountUserId } = request;
    const address = { realmId, scope: clientId };
    // Made when there is none, so that nobody who still takes the client for there can make a role of it afterwards.
    await this.changeScopes.execute(realmId, [clientId], markRemoved, ({ scope }) => ({
      ...{ realmId, scope, realmName: '', audience: '', audienceVersion: 0 },
      ...{ version: 0, removed: true },
    }));
    for (;;) {
      const holders = await this.store.holdersIn(address, BATCH);
      if (holders.length === 0) break;
      await this.take(realmId, holders, ({ scope }) => scope === clientId, context);
    }
    if (serviceAccountUserId !== null) await this.take(realmId, [serviceAccountUserId], () => true, context);
    await this.store.transaction((transaction) => transaction.clearScope(address));
    await this.store.flush(context);
  }

  private take(
    realmId: string,
    subjectIds: readonly string[],
    which: (held: HeldRole) => boolean,
    context: CallContext,
  ): Promise<void> {
    return this.changeAssignments.execute(realmId, subjectIds, context, async (transaction, subject) => {
      const taken = (await transaction.heldBy(subject)).filter(which);
      if (taken.length === 0) return null;
      await transaction.unassign(
        subject,
        taken.map(({ roleId }) => roleId),
      );
      for (const held of taken) {
        await recordTaken(transaction, subject, held, 'client_deleted', context, this.clock.now());
      }
      return subject;
    });
  }
}
