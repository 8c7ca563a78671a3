import { CheckClientRoles } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import type { Client } from '../domain/client.js';
import { rolesNotFollowed } from '../domain/refusals.js';
import { ClientRepository } from '../domain/repositories.js';

/**
 * Sees that roles follows when a client gives up its `client_id`. Tokens carry the permissions of a client's API under that name until
 * roles has heard that it is gone or has another one, so the change is not begun while roles is away, and not called done
 * before it has heard (G2).
 */
@Injectable()
export class ClientRoles {
  constructor(
    private readonly clients: ClientRepository,
    private readonly messages: MessageClient,
  ) {}

  /** Call it before the transaction. @throws AppError `unavailable` when roles does not answer. */
  async requireReachable({ realmId, id }: Pick<Client, 'realmId' | 'id'>, context: CallContext): Promise<void> {
    await this.messages.call(CheckClientRoles, { realmId, clientId: id }, context);
  }

  /** Call it after the transaction and its outbox. @throws AppError `unavailable` when roles has not heard of the change. */
  async requireFollowed({ realmId, id }: Pick<Client, 'realmId' | 'id'>): Promise<void> {
    if (!(await this.clients.isFollowed(realmId, id))) throw rolesNotFollowed();
  }
}
