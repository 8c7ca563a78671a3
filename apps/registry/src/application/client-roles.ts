import { CheckClientRoles } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../domain/client.js';
import { rolesNotFollowed } from '../domain/refusals.js';
import { ClientRepository } from '../domain/repositories.js';

/** How often roles is asked whether it has followed, and how long between two questions, in milliseconds. */
const QUESTIONS = 20;
const BETWEEN_MS = 100;

type Named = Pick<Client, 'realmId' | 'id'>;

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
  async requireReachable(client: Named, context: CallContext): Promise<void> {
    await this.audience(client, context);
  }

  /**
   * Call it after the transaction and its outbox, with the client's `client_id` now; null: it is gone. What is still to be told is on its
   * way, at the hands of another process it may be, or roles is at work on the rest: then its state tells.
   *
   * @throws AppError `unavailable` when tokens may still carry the former name.
   */
  async requireFollowed(client: Named, clientId: string | null, context: CallContext): Promise<void> {
    for (let question = 1; ; question += 1) {
      if (await this.clients.isFollowed(client.realmId, client.id)) return;
      const audience = await this.audience(client, context).catch(() => {
        throw rolesNotFollowed();
      });
      if (audience === null || audience === clientId) return;
      if (question === QUESTIONS) throw rolesNotFollowed();
      await sleep(BETWEEN_MS);
    }
  }

  private async audience({ realmId, id }: Named, context: CallContext): Promise<string | null> {
    return (await this.messages.call(CheckClientRoles, { realmId, clientId: id }, context)).audience;
  }
}
