import { ReadUser, UpdateClient, type ReplyOf } from '#contracts';
import { AppError } from '#errors';
import { MessageClient, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { type Access } from '../access/access.js';
import { inRealm } from './role-requests.js';

type User = ReplyOf<typeof ReadUser>;

/**
 * Turns service accounts off and on where users are. A service account is its client's, so it is the client's flag that changes: there
 * is one truth, and what the registry asks of whoever changes it is asked here too.
 */
@Injectable()
export class ServiceAccountSwitch {
  constructor(private readonly client: MessageClient) {}

  /**
   * @param ifVersion of the user, as its entity tag says; null for any.
   * @returns the account afterwards; null when the user is a person, to whom nothing has happened.
   * @throws AppError `not_found`, `forbidden`, `precondition_failed`, `unavailable`.
   */
  async turn(
    caller: Access,
    { id, enabled, ifVersion }: { readonly id: string; readonly enabled: boolean; readonly ifVersion: number | null },
    context: CallContext,
  ): Promise<User | null> {
    const { realmId } = inRealm(caller);
    const user = await this.client.call(ReadUser, { realmId, id }, context);
    const { clientId } = user;
    if (clientId === null) return null;
    if (ifVersion !== null && ifVersion !== user.version) throw new AppError('precondition_failed');
    // Turning one off takes something away from nobody but it; a client that gets tokens again is the affair of who manages clients.
    if (enabled && !caller.principal.permissions.includes('manage_clients')) {
      throw new AppError('forbidden', {
        detail: 'Turning a service account on changes its client: that needs manage_clients.',
        reason: 'permission_missing',
      });
    }
    const changes = { serviceAccountEnabled: enabled };
    await this.client.call(UpdateClient, { ...inRealm(caller), id: clientId, ifVersion: null, changes }, context);
    return await this.client.call(ReadUser, { realmId, id }, context);
  }
}
