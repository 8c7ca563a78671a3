import type { Client as ClientReply } from '#contracts';
import { Clock } from '#host';
import { Injectable } from '@nestjs/common';
import { ClientRepository, type ClientQuery, type Page } from '../domain/repositories.js';
import { clientReply } from './replies.js';

/** Lists clients of a realm. */
@Injectable()
export class ListClients {
  constructor(
    private readonly clients: ClientRepository,
    private readonly clock: Clock,
  ) {}

  async execute(realmId: string, query: ClientQuery): Promise<Page<ClientReply>> {
    const now = this.clock.now();
    const page = await this.clients.list(realmId, query);
    return { ...page, items: page.items.map((client) => clientReply(client, now)) };
  }
}
