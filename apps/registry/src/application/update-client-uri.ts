import type { ClientUri as ClientUriReply, RequestOf, UpdateClientUri as UpdateClientUriCall } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { checkUriVersion, clientUriOf } from '../domain/client-uri.js';
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

  /** @throws AppError `not_found`, `precondition_failed`, `unavailable`. */
  async execute(request: RequestOf<typeof UpdateClientUriCall>, context: CallContext): Promise<ClientUriReply> {
    const { kind, uriId, enabled } = request;
    const updated = await this.changer.run(request, context, async (uris, client, present) => {
      const before = clientUriOf(present, uriId);
      checkUriVersion(request.ifVersion ?? null, before);
      if (before.enabled === enabled) return before;
      // Later than before, whatever the clock says: it is the version.
      const updatedAt = new Date(Math.max(this.clock.now().getTime(), before.updatedAt.getTime() + 1));
      const uri = { ...before, enabled, updatedAt };
      await uris.update(kind, client, uri);
      return { uri, verb: 'updated', details: auditedChanges({ enabled: before.enabled }, { enabled }) };
    });
    return uriReply(request.clientId, updated);
  }
}
