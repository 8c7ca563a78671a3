import type { Client as ClientReply } from '#contracts';
import { Clock } from '#host';
import { Injectable } from '@nestjs/common';
import { ClientRepository } from '../domain/repositories.js';
import { noSuchClient } from '../domain/refusals.js';
import { clientReply } from './replies.js';

/** Reads a client of a realm. */
@Injectable()
export class ReadClient {
  constructor(
    private readonly clients: ClientRepository,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found`. */
  async execute(realmId: string, id: string): Promise<ClientReply> {
    const client = await this.clients.findById(realmId, id);
    if (client === null) throw noSuchClient();
    return clientReply(client, this.clock.now());
  }
}
