import {
  RemoveClientRoles,
  RemoveServiceAccount,
  type DeleteClient as DeleteClientCall,
  type RequestOf,
} from '#contracts';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { checkDeletableClient } from '../domain/client-policy.js';
import { auditedClient, AuditEvents } from './audit-events.js';
import { ClientChanger } from './client-changer.js';
import { ClientRoles } from './client-roles.js';
import { clientTarget, publishedAbsence } from './fenced-change.js';
import { checkVersion } from '../domain/refusals.js';

/** Deletes a client; its service account, roles and assignments follow through the outbox. */
@Injectable()
export class DeleteClient {
  constructor(
    private readonly changer: ClientChanger,
    private readonly roles: ClientRoles,
    private readonly auditEvents: AuditEvents,
  ) {}

  /** @throws AppError `not_found`, `precondition_failed`, `conflict` (system client), `unavailable`. */
  async execute(request: RequestOf<typeof DeleteClientCall>, context: CallContext): Promise<void> {
    const cause = { actor: request.actor, context };
    const deleted = await this.changer.withSeen(request.realmId, request.id, async (seen) => {
      checkVersion(request.ifVersion, seen.client.version);
      checkDeletableClient(seen.client);
      await this.roles.requireReachable(seen.client, context);
      return this.changer.run(seen, [], context, async (transaction, client) => {
        const { realm } = seen;
        checkVersion(request.ifVersion, client.version);
        checkDeletableClient(client);
        const version = await transaction.deleteClient(client);
        const details = { client: auditedClient(client) };
        await transaction.record(this.auditEvents.client('client.deleted', realm, client, details, cause));
        const { serviceAccountUserId: userId } = client;
        await transaction.call(RemoveClientRoles, {
          realmId: realm.id,
          clientId: client.id,
          serviceAccountUserId: userId,
          vacates: client.clientId,
        });
        if (userId !== null) {
          await transaction.call(RemoveServiceAccount, { realmId: realm.id, clientId: client.id });
        }
        const target = clientTarget(client);
        return { result: client, snapshots: [publishedAbsence(target, version)] };
      });
    });
    await this.roles.followDeletions(deleted.realmId, [deleted.id], context);
  }
}
