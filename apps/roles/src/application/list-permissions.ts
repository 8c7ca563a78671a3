import { REALM_SCOPE, type ListPermissions as Contract, type Permission, type RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { PermissionCatalogue } from '../domain/permission-catalogue.js';
import { RoleStore } from '../domain/role-store.js';

/** Lists a realm's catalogue by bit. */
@Injectable()
export class ListPermissions {
  constructor(private readonly store: RoleStore) {}

  async execute({ realmId }: RequestOf<typeof Contract>): Promise<readonly Permission[]> {
    const [state] = await this.store.readScopes([{ realmId, scope: REALM_SCOPE }]);
    return PermissionCatalogue.ofRealm(state?.permissions ?? []).permissions;
  }
}
