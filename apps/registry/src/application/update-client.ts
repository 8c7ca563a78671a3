import {
  RenameClientRoles,
  type Client as ClientReply,
  type RequestOf,
  type UpdateClient as UpdateClientCall,
} from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { actsAgain, changeClient } from '../domain/client-policy.js';
import type { Client } from '../domain/client.js';
import type { Provision } from '../domain/provision.js';
import type { RegistryTransaction } from '../domain/registry-transactions.js';
import { ClientRepository } from '../domain/repositories.js';
import { requireMayTrustSignIn, widensTrustedSignIn } from '../domain/sign-in-trust.js';
import { auditedChanges, auditedClient, AuditEvents } from './audit-events.js';
import { ClientChanger, type SeenClient } from './client-changer.js';
import { ClientRoles } from './client-roles.js';
import { clientTarget, publishedAbsence, publishedClient, type Changed } from './fenced-change.js';
import { Provisioning } from './provisioning.js';
import { checkVersion, clientIdTaken } from '../domain/refusals.js';
import { clientReply } from './replies.js';
import { ServiceAccounts, type EnabledAccount } from './service-accounts.js';
import { StaleReadError } from './stale-read.js';
import { TakeoverGuard } from './takeover-guard.js';

type Request = RequestOf<typeof UpdateClientCall>;

interface Updated {
  readonly client: Client;
  /** Identity has to hear of the change after its commit. */
  readonly followUp: Provision | null;
}

/** Changes a client. When it returns no instance issues a token on the old state (G2). */
@Injectable()
export class UpdateClient {
  constructor(
    private readonly clients: ClientRepository,
    private readonly changer: ClientChanger,
    private readonly serviceAccounts: ServiceAccounts,
    private readonly provisioning: Provisioning,
    private readonly roles: ClientRoles,
    private readonly takeovers: TakeoverGuard,
    private readonly auditEvents: AuditEvents,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found`, `forbidden`, `precondition_failed`, `conflict`, `validation_failed`, `unavailable`. */
  async execute(request: Request, context: CallContext): Promise<ClientReply> {
    const client = await this.changer.withSeen(request.realmId, request.id, (seen) =>
      this.attempt(request, seen, context),
    );
    return clientReply(client, this.clock.now());
  }

  private async attempt(request: Request, seen: SeenClient, context: CallContext): Promise<Client> {
    // All that can be refused is refused before another service is asked to do anything; the transaction decides again.
    checkVersion(request.ifVersion, seen.client.version);
    const wanted = changeClient(seen.client, request.changes, this.clock.now());
    if (widensTrustedSignIn(seen.client, wanted)) requireMayTrustSignIn(request.actor);
    const revives = actsAgain(seen.client, wanted);
    if (revives) await this.takeovers.check(request.actor, seen, context);
    const renamed = wanted.clientId !== seen.client.clientId;
    if (renamed && (await this.clients.findByClientId(seen.realm.id, wanted.clientId)) !== null) throw clientIdTaken();
    if (renamed) await this.roles.requireReachable(seen.client, context);
    const more = renamed ? [clientTarget(wanted)] : [];
    const store = (account: EnabledAccount | null): Promise<Updated> =>
      this.changer.run(seen, more, context, (transaction, client) => {
        // Somebody has disabled it since it was read: whether it may act again has not been asked.
        if (!revives && actsAgain(client, changeClient(client, request.changes, this.clock.now()))) {
          throw new StaleReadError();
        }
        return this.store(request, seen, client, account, transaction, context);
      });
    const enables = wanted.serviceAccountEnabled && !seen.client.serviceAccountEnabled;
    const { client, followUp } = enables
      ? await this.serviceAccounts.whileEnabling(seen.realm, seen.client, context, store)
      : await store(null);
    if (followUp !== null) await this.provisioning.giveUp(followUp, context);
    // Asked of whoever repeats it, too: that they are told of it only once would not make it true.
    if (request.changes.clientId !== undefined) await this.roles.followRenaming(seen.realm, client, context);
    return client;
  }

  private async store(
    request: Request,
    { realm }: SeenClient,
    before: Client,
    account: EnabledAccount | null,
    transaction: RegistryTransaction,
    context: CallContext,
  ): Promise<Changed<Updated>> {
    checkVersion(request.ifVersion, before.version);
    const changed = changeClient(before, request.changes, this.clock.now());
    if (widensTrustedSignIn(before, changed)) requireMayTrustSignIn(request.actor);
    const serviceAccountUserId = before.serviceAccountUserId ?? account?.userId ?? null;
    if (changed.serviceAccountEnabled && serviceAccountUserId === null) throw new StaleReadError();
    await account?.close(transaction);
    // Published even so: an earlier attempt may have died between its commit and its publication.
    if (changed === before) {
      return { result: { client: before, followUp: null }, snapshots: [publishedClient(before)] };
    }
    const after: Client = { ...changed, serviceAccountUserId };
    const { client, absence } = await transaction.updateClient(before, after);
    const cause = { actor: request.actor, context };
    const details = auditedChanges(auditedClient(before), auditedClient(client));
    await transaction.record(this.auditEvents.client('client.updated', realm, client, details, cause));
    if (client.clientId !== before.clientId) {
      await transaction.call(RenameClientRoles, {
        ...{ realmId: realm.id, realmName: realm.name, clientId: client.id },
        ...{ clientIdentifier: client.clientId, clientVersion: client.version, vacates: before.clientId },
      });
    }
    const followUp = mustFollow(before, client)
      ? await this.provisioning.openFollowUp(transaction, { realmId: realm.id, clientId: client.id })
      : null;
    const snapshots = [publishedClient(client)];
    if (absence !== null) snapshots.push(publishedAbsence(clientTarget(before), absence));
    return { result: { client, followUp }, snapshots };
  }
}

/**
 * Whether identity has to hear of the flag, or of the `client_id` that the account's username is made of. Of an enabling it has
 * heard before the commit, but what an earlier change left to be caught up with may have overtaken that: only what is sent after
 * the commit is the last word.
 */
function mustFollow(before: Client, after: Client): boolean {
  if (after.serviceAccountUserId === null) return false;
  return before.serviceAccountEnabled !== after.serviceAccountEnabled || before.clientId !== after.clientId;
}
