import { CheckClientRoles, RenameClientRoles, RetireClientRoles } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import type { Client } from '../domain/client.js';
import type { Realm } from '../domain/realm.js';
import { rolesNotFollowed } from '../domain/refusals.js';
import { ClientRepository } from '../domain/repositories.js';

/**
 * Sees that roles follows when clients give up their `client_id`. Tokens carry the permissions of a client's API under that name until
 * roles has heard that it is gone or has another one, so the change is not begun while roles is away, and not called done
 * before it has heard (G2).
 *
 * The outbox tells roles in any case. Here it is told what that has not got to yet: another process may have the message in hand, or there
 * are very many of them.
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

  /**
   * Call it when clients of the realm have been deleted.
   *
   * @param ids Of these clients; undefined: of all that there ever were.
   * @throws AppError `unavailable` when tokens may still carry what they grant.
   */
  async followDeletions(realmId: string, ids: readonly string[] | undefined, context: CallContext): Promise<void> {
    const clientIds = await this.clients.deletedUntold(realmId, ids);
    if (clientIds.length === 0) return;
    await told(this.messages.call(RetireClientRoles, { realmId, clientIds: [...clientIds] }, context));
  }

  /** Call it when a client has got its `client_id`. @throws AppError `unavailable` when tokens may still carry the former one. */
  async followRenaming(realm: Realm, client: Client, context: CallContext): Promise<void> {
    if (!(await this.clients.isRenamedUntold(realm.id, client.id))) return;
    const named = { clientIdentifier: client.clientId, clientVersion: client.version };
    const request = { realmId: realm.id, realmName: realm.name, clientId: client.id, ...named };
    await told(this.messages.call(RenameClientRoles, request, context));
  }
}

async function told(call: Promise<unknown>): Promise<void> {
  await call.catch((cause: unknown) => {
    throw rolesNotFollowed(cause);
  });
}
