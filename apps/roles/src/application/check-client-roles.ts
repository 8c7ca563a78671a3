import type { CheckClientRoles as Contract, ReplyOf, RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { RoleStore } from '../domain/role-store.js';

/** Tells under which name a client's roles grant, for whoever is about to delete or rename the client, or has done so. */
@Injectable()
export class CheckClientRoles {
  constructor(private readonly store: RoleStore) {}

  async execute({ realmId, clientId }: RequestOf<typeof Contract>): Promise<ReplyOf<typeof Contract>> {
    const [state] = await this.store.readScopes([{ realmId, scope: clientId }]);
    return { audience: state === null || state === undefined || state.scope.removed ? null : state.scope.audience };
  }
}
