import type { Actor, ClientUriKind } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import type { ClientUri, ClientUriStore } from '../domain/client-uri.js';
import type { Client } from '../domain/client.js';
import type { RegistryTransaction } from '../domain/registry-transactions.js';
import { requireMayTrustSignIn, widensTrustedSignIn } from '../domain/sign-in-trust.js';
import { AuditEvents } from './audit-events.js';
import { ClientChanger } from './client-changer.js';
import { publishedClient } from './fenced-change.js';
import { uriEvent, type UriChange } from './uri-events.js';

/** Which URIs of which client change, and who changes them. */
export interface UriChangeRequest {
  readonly actor: Actor;
  readonly realmId: string;
  readonly clientId: string;
  readonly kind: ClientUriKind;
}

/** Changes one URI of a locked client under its fence: what adding, updating and removing share. */
@Injectable()
export class ClientUriChanger {
  constructor(
    private readonly changer: ClientChanger,
    private readonly auditEvents: AuditEvents,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found`, `forbidden`, `unavailable`, and what `work` throws. */
  run(
    { actor, realmId, clientId, kind }: UriChangeRequest,
    context: CallContext,
    work: (
      uris: ClientUriStore,
      client: Client,
      present: readonly ClientUri[],
      transaction: RegistryTransaction,
    ) => Promise<UriChange | ClientUri>,
  ): Promise<ClientUri> {
    return this.changer.withSeen(realmId, clientId, (seen) =>
      this.changer.run(seen, [], context, async (transaction, before) => {
        const change = await work(transaction.uris, before, await transaction.uris.list(kind, before), transaction);
        if (!('verb' in change)) return { result: change, snapshots: [publishedClient(before)] };
        const after = await this.after(kind, before, transaction.uris);
        if (widensTrustedSignIn(before, after)) requireMayTrustSignIn(actor);
        const { client } = await transaction.updateClient(before, after);
        const subject = { realm: seen.realm, client };
        await transaction.record(uriEvent(this.auditEvents, kind, subject, change, { actor, context }));
        return { result: change.uri, snapshots: [publishedClient(client)] };
      }),
    );
  }

  /** A client shows its redirect URIs, so its ETag changes with them. */
  private async after(kind: ClientUriKind, before: Client, uris: ClientUriStore): Promise<Client> {
    if (kind !== 'redirect') return before;
    const redirectUris = await uris.list(kind, before);
    return { ...before, redirectUris, version: before.version + 1, updatedAt: this.clock.now() };
  }
}
