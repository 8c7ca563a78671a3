import type { ClientUri as ClientUriReply, ListClientUris as ListClientUrisCall, RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { ClientUriRepository } from '../domain/client-uri.js';
import { noSuchClient } from '../domain/refusals.js';
import { ClientRepository } from '../domain/repositories.js';
import { uriReply } from './replies.js';

/** Lists the URIs of one kind of a client. */
@Injectable()
export class ListClientUris {
  constructor(
    private readonly clients: ClientRepository,
    private readonly uris: ClientUriRepository,
  ) {}

  /** @throws AppError `not_found`. */
  async execute({ realmId, clientId, kind }: RequestOf<typeof ListClientUrisCall>): Promise<ClientUriReply[]> {
    const client = await this.clients.findById(realmId, clientId);
    if (client === null) throw noSuchClient();
    const uris = await this.uris.list(kind, client);
    return uris.map((uri) => uriReply(client.id, uri));
  }
}
