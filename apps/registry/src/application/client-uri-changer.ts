import type { Actor, AuditDetails, AuditEventType, ClientUriKind } from '#contracts';
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

/** Which URIs of which client change, and who changes them. */
export interface UriChangeRequest {
  readonly actor: Actor;
  readonly realmId: string;
  readonly clientId: string;
  readonly kind: ClientUriKind;
}

/** A change of one URI: what it leaves, and what the audit log says of it; null when nothing differs. */
export interface UriChange {
  readonly uri: ClientUri;
  readonly verb: 'added' | 'updated' | 'removed';
  readonly details: object;
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
        const type = `client.${MEMBERS[kind]}_${change.verb}` as const satisfies AuditEventType;
        // The member is named as the type is; the compiler cannot follow that.
        const details = { [MEMBERS[kind]]: auditedUri(change.uri), ...change.details } as AuditDetails<typeof type>;
        await transaction.record(this.auditEvents.client(type, seen.realm, client, details, { actor, context }));
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

const MEMBERS = {
  redirect: 'redirect_uri',
  post_logout_redirect: 'post_logout_redirect_uri',
  web_origin: 'web_origin',
} as const satisfies Readonly<Record<ClientUriKind, string>>;

function auditedUri({ id, value, enabled }: ClientUri): object {
  return { id, value, enabled };
}
