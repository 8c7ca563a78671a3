import type { ClientSecretInfo } from '#contracts';
import { Injectable } from '@nestjs/common';
import { noSuchClient } from '../domain/refusals.js';
import { ClientRepository } from '../domain/repositories.js';
import { secretReply } from './replies.js';

/** Lists the secrets of a client, without their texts. */
@Injectable()
export class ListClientSecrets {
  constructor(private readonly clients: ClientRepository) {}

  /** @throws AppError `not_found`. */
  async execute(realmId: string, clientId: string): Promise<ClientSecretInfo[]> {
    const client = await this.clients.findById(realmId, clientId);
    if (client === null) throw noSuchClient();
    return client.secrets.map(secretReply);
  }
}
