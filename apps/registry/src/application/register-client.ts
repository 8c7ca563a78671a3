import {
  EnsureServiceAccount,
  type RegisterClient as RegisterClientCall,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { Clock } from '#host';
import { MessageClient, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { makeClientId } from '../domain/client-id.js';
import { checkClient } from '../domain/client-policy.js';
import { makeSecretText, secretAtRest } from '../domain/client-secret.js';
import type { Client } from '../domain/client.js';
import type { Provision } from '../domain/provision.js';
import type { Realm } from '../domain/realm.js';
import { ClientRepository, RealmRepository } from '../domain/repositories.js';
import { auditedClient, AuditEvents, type Cause } from './audit-events.js';
import { clientTarget, FencedChange, publishedClient } from './fenced-change.js';
import { Provisioning } from './provisioning.js';
import { clientIdTaken, noSuchRealm } from '../domain/refusals.js';
import { clientReply } from './replies.js';

type Request = RequestOf<typeof RegisterClientCall>;

/** Registers a client; a confidential one gets its first secret, which is shown in the reply and never again. */
@Injectable()
export class RegisterClient {
  constructor(
    private readonly realms: RealmRepository,
    private readonly clients: ClientRepository,
    private readonly messages: MessageClient,
    private readonly provisioning: Provisioning,
    private readonly change: FencedChange,
    private readonly auditEvents: AuditEvents,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `validation_failed`, `not_found` (realm), `conflict` (`client_id`), `unavailable`. */
  async execute(request: Request, context: CallContext): Promise<ReplyOf<typeof RegisterClientCall>> {
    const now = this.clock.now();
    const secretText = request.clientType === 'confidential' ? makeSecretText() : null;
    const client = newClient(request, secretText, now);
    checkClient(client, client, request.redirectUris);
    const realm = await this.realms.findById(request.realmId);
    if (realm === null) throw noSuchRealm();
    if ((await this.clients.findByClientId(realm.id, client.clientId)) !== null) throw clientIdTaken();
    const cause = { actor: request.actor, context };
    const stored = client.serviceAccountEnabled
      ? await this.storeWithServiceAccount(realm, client, cause)
      : await this.store(realm, client, null, cause);
    return { client: clientReply(stored, now), clientSecret: secretText };
  }

  /** The user is made first, with an id chosen here, and taken away again if the client cannot be stored. */
  private async storeWithServiceAccount(realm: Realm, client: Client, cause: Cause): Promise<Client> {
    const provision = await this.provisioning.open({ realmId: realm.id, clientId: client.id });
    try {
      const { userId } = await this.messages.call(
        EnsureServiceAccount,
        {
          realmId: realm.id,
          realmName: realm.name,
          clientId: client.id,
          clientIdentifier: client.clientId,
          userId: uuidv7(),
          enabled: true,
        },
        cause.context,
      );
      return await this.store(realm, { ...client, serviceAccountUserId: userId }, provision, cause);
    } catch (error) {
      await this.provisioning.giveUp(provision, cause.context);
      throw error;
    }
  }

  private store(realm: Realm, client: Client, provision: Provision | null, cause: Cause): Promise<Client> {
    return this.change.run([clientTarget(realm.name, client.clientId)], cause.context, async (transaction) => {
      if ((await transaction.keepRealm(realm.id)) === null) throw noSuchRealm();
      if (provision !== null) await this.provisioning.close(transaction, provision);
      const stored = await transaction.insertClient(realm, client);
      const details = { client: auditedClient(stored) };
      await transaction.record(this.auditEvents.client('client.created', realm, stored, details, cause));
      return { result: stored, snapshots: [publishedClient(realm.name, stored)] };
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
