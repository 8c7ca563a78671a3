import type { AddClientUri as AddClientUriCall, ClientUri as ClientUriReply, RequestOf } from '#contracts';
import { Clock } from '#host';
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
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `validation_failed` (with the reason), `not_found`, `conflict`, `unavailable`. */
  async execute(request: RequestOf<typeof AddClientUriCall>, context: CallContext): Promise<ClientUriReply> {
    const { kind, value, enabled } = request;
    const now = this.clock.now();
    const uri = { id: uuidv7(), value, enabled, createdAt: now, updatedAt: now };
    await this.changer.run(request, context, async (uris, client, present) => {
      checkNewClientUri(kind, value, client, present);
      await uris.insert(kind, client, uri);
      return { uri, verb: 'added', details: {} };
    });
    return uriReply(request.clientId, uri);
  }
}
