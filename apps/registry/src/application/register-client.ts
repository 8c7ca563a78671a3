import type { Client as ClientReply, RegisterClient as RegisterClientCall, ReplyOf, RequestOf } from '#contracts';
import { Clock } from '#host';
import { IdempotentCreation, namedCreation, type KeepAnswer } from '#idempotency';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { makeClientId } from '../domain/client-id.js';
import { checkClient } from '../domain/client-policy.js';
import { makeSecretText, secretAtRest } from '../domain/client-secret.js';
import type { Client } from '../domain/client.js';
import type { Realm } from '../domain/realm.js';
import { RealmRepository } from '../domain/repositories.js';
import { requireMayTrustSignIn, widensTrustedSignIn } from '../domain/sign-in-trust.js';
import { auditedClient, AuditEvents, type Cause } from './audit-events.js';
import { clientTarget, FencedChange, publishedClient } from './fenced-change.js';
import { clientIdTaken, noSuchRealm } from '../domain/refusals.js';
import { requireClosed } from './provisioning.js';
import { clientReply } from './replies.js';
import { ServiceAccounts, type EnabledAccount } from './service-accounts.js';
import { StaleReadError, untilFresh } from './stale-read.js';

type Request = RequestOf<typeof RegisterClientCall>;

/** Registers a client; a confidential one gets its first secret, which is shown in the reply and never again. */
@Injectable()
export class RegisterClient {
  constructor(
    private readonly realms: RealmRepository,
    private readonly serviceAccounts: ServiceAccounts,
    private readonly idempotent: IdempotentCreation,
    private readonly change: FencedChange,
    private readonly auditEvents: AuditEvents,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `validation_failed`, `not_found` (realm), `conflict` (`client_id`), `idempotency_key_reused`, `unavailable`. */
  async execute(request: Request, context: CallContext): Promise<ReplyOf<typeof RegisterClientCall>> {
    const now = this.clock.now();
    const secretText = request.clientType === 'confidential' ? makeSecretText() : null;
    const client = newClient(request, secretText, now);
    checkClient(client, client, request.redirectUris);
    if (widensTrustedSignIn(null, client)) requireMayTrustSignIn(request.actor);
    const created = await this.idempotent.run<ClientReply, Client>(namedCreation('client', request), (keep) =>
      untilFresh(() => this.attempt(client, keep, { actor: request.actor, context })),
    );
    // The secret of the first answer is not at rest anywhere (G4).
    if (created.replayed) return { client: created.answer, clientSecret: null, replayed: true };
    return { client: clientReply(created.result, now), clientSecret: secretText };
  }

  private async attempt(client: Client, keep: KeepAnswer<ClientReply>, cause: Cause): Promise<Client> {
    const found = await this.realms.findForClient(client.realmId, client.clientId);
    if (found === null) throw noSuchRealm();
    if (found.taken) throw clientIdTaken();
    const { realm } = found;
    const store = (account: EnabledAccount | null): Promise<Client> => this.store(realm, client, account, keep, cause);
    return client.serviceAccountEnabled
      ? this.serviceAccounts.whileEnabling(realm, client, cause.context, store)
      : store(null);
  }

  private store(
    realm: Realm,
    client: Client,
    account: EnabledAccount | null,
    keep: KeepAnswer<ClientReply>,
    cause: Cause,
  ): Promise<Client> {
    return this.change.run([clientTarget(client)], cause.context, async (transaction) => {
      const kept = await transaction.keepForAddition(realm.id, account?.provisionId ?? null);
      if (kept === null) throw noSuchRealm();
      if (kept.realmName !== realm.name) throw new StaleReadError();
      requireClosed(kept.closed);
      const stored = await transaction.insertClient({
        ...client,
        serviceAccountUserId: account?.userId ?? null,
      });
      const details = { client: auditedClient(stored) };
      await transaction.record(this.auditEvents.client('client.created', realm, stored, details, cause));
      await keep(transaction, realm.id, clientReply(stored, stored.createdAt));
      return { result: stored, snapshots: [publishedClient(stored)] };
    });
  }
}

function newClient(request: Request, secretText: string | null, now: Date): Client {
  const clientId = request.clientId === null || request.clientId.trim() === '' ? makeClientId() : request.clientId;
  return {
    id: uuidv7(),
    realmId: request.realmId,
    clientId,
    name: request.name,
    description: request.description,
    owner: request.owner,
    clientType: request.clientType,
    publicClient: request.clientType === 'public',
    enabled: request.enabled,
    serviceAccountEnabled: request.serviceAccountEnabled,
    directAccessGrantsEnabled: request.directAccessGrantsEnabled,
    firstParty: request.firstParty,
    serviceAccountUserId: null,
    secrets: secretText === null ? [] : [secretAtRest(secretText, { id: uuidv7(), createdAt: now })],
    redirectUris: request.redirectUris.map((value) => ({
      id: uuidv7(),
      value,
      enabled: true,
      createdAt: now,
      updatedAt: now,
    })),
    accessTokenLifetimeSeconds: request.accessTokenLifetimeSeconds,
    refreshTokenLifetimeSeconds: request.refreshTokenLifetimeSeconds,
    idTokenLifetimeSeconds: request.idTokenLifetimeSeconds,
    temporaryTokenLifetimeSeconds: request.temporaryTokenLifetimeSeconds,
    version: 1,
    snapshotVersion: 0,
    createdAt: now,
    updatedAt: now,
  };
}
