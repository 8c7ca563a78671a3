import type { ClientUri as ClientUriReply, RequestOf, UpdateClientUri as UpdateClientUriCall } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { clientUriOf } from '../domain/client-uri.js';
import { auditedChanges } from './audit-events.js';
import { ClientUriChanger } from './client-uri-changer.js';
import { uriReply } from './replies.js';

/** Enables or disables a URI of a client. */
@Injectable()
export class UpdateClientUri {
  constructor(
    private readonly changer: ClientUriChanger,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found`, `unavailable`. */
  async execute(request: RequestOf<typeof UpdateClientUriCall>, context: CallContext): Promise<ClientUriReply> {
    const { kind, uriId, enabled } = request;
    const updated = await this.changer.run(request, context, async (uris, client, present) => {
      const before = clientUriOf(present, uriId);
      if (before.enabled === enabled) return before;
      const uri = { ...before, enabled, updatedAt: this.clock.now() };
      await uris.update(kind, client, uri);
      return { uri, verb: 'updated', details: auditedChanges({ enabled: before.enabled }, { enabled }) };
    });
    return uriReply(request.clientId, updated);
  }
}
