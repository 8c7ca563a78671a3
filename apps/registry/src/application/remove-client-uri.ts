import type { RemoveClientUri as RemoveClientUriCall, RequestOf } from '#contracts';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { checkUriVersion, clientUriOf } from '../domain/client-uri.js';
import { ClientUriChanger } from './client-uri-changer.js';

/** Removes a URI of a client. */
@Injectable()
export class RemoveClientUri {
  constructor(private readonly changer: ClientUriChanger) {}

  /** @throws AppError `not_found`, `precondition_failed`, `unavailable`. */
  async execute(request: RequestOf<typeof RemoveClientUriCall>, context: CallContext): Promise<void> {
    const { kind, uriId } = request;
    await this.changer.run(request, context, async (uris, client, present) => {
      const uri = clientUriOf(present, uriId);
      checkUriVersion(request.ifVersion ?? null, uri);
      await uris.delete(kind, client, uriId);
      return { uri, verb: 'removed', details: {} };
    });
  }
}
