import { REALM_SCOPE, type ListPermissions as Contract, type Permission, type RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { RoleStore } from '../domain/role-store.js';
import { catalogueOf } from '../domain/snapshot-state.js';

/** Lists a realm's catalogue by bit, or a client's own. */
@Injectable()
export class ListPermissions {
  constructor(private readonly store: RoleStore) {}

  async execute({ realmId, clientId }: RequestOf<typeof Contract>): Promise<readonly Permission[]> {
    const scope = clientId ?? REALM_SCOPE;
    const [state] = await this.store.readScopes([{ realmId, scope }]);
    return catalogueOf(scope, state?.permissions ?? []).permissions;
  }
}
