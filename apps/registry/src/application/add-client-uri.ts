import type { AddClientUri as AddClientUriCall, ClientUri as ClientUriReply, ReplyOf, RequestOf } from '#contracts';
import { Clock } from '#host';
import { IdempotentCreation, namedCreation } from '#idempotency';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { checkNewClientUri } from '../domain/client-uri.js';
import { ClientUriChanger } from './client-uri-changer.js';
import { uriReply } from './replies.js';

/** Adds a redirect URI, a post-logout redirect URI or a web origin to a client. */
@Injectable()
export class AddClientUri {
  constructor(
    private readonly changer: ClientUriChanger,
    private readonly idempotent: IdempotentCreation,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `validation_failed` (with the reason), `not_found`, `conflict`, `unavailable`. */
  execute(
    request: RequestOf<typeof AddClientUriCall>,
    context: CallContext,
  ): Promise<ReplyOf<typeof AddClientUriCall>> {
    const { realmId, clientId, kind, value, enabled } = request;
    const now = this.clock.now();
    const uri = { id: uuidv7(), value, enabled, createdAt: now, updatedAt: now };
    const named = namedCreation(`client_uri/${kind}/${clientId}`, request);
    return this.idempotent.answer<ClientUriReply>(named, async (keep) => {
      await this.changer.run(request, context, async (uris, client, present, transaction) => {
        checkNewClientUri(kind, value, client, present);
        await uris.insert(kind, client, uri);
        await keep(transaction, realmId, uriReply(clientId, uri));
        return { uri, verb: 'added', details: {} };
      });
      return uriReply(clientId, uri);
    });
  }
}
