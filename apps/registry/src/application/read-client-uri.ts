import type { ClientUri as ClientUriReply, ReadClientUri as ReadClientUriCall, RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { clientUriOf, ClientUriRepository } from '../domain/client-uri.js';
import { uriReply } from './replies.js';

/** Reads a URI of a client. */
@Injectable()
export class ReadClientUri {
  constructor(private readonly uris: ClientUriRepository) {}

  /** @throws AppError `not_found`. */
  async execute(request: RequestOf<typeof ReadClientUriCall>): Promise<ClientUriReply> {
    const { realmId, clientId, kind, uriId } = request;
    const present = await this.uris.list(kind, { realmId, id: clientId });
    return uriReply(clientId, clientUriOf(present, uriId));
  }
}
