import { REALM_SCOPE, type Permission, type ReadPermission as Contract, type RequestOf } from '#contracts';
import { AppError } from '#errors';
import { Injectable } from '@nestjs/common';
import { RoleStore } from '../domain/role-store.js';
import { catalogueOf } from '../domain/snapshot-state.js';

/** Reads one permission by name, a built-in one too. */
@Injectable()
export class ReadPermission {
  constructor(private readonly store: RoleStore) {}

  /** @throws AppError `not_found`. */
  async execute({ realmId, clientId, name }: RequestOf<typeof Contract>): Promise<Permission> {
    const scope = clientId ?? REALM_SCOPE;
    const [state] = await this.store.readScopes([{ realmId, scope }]);
    const found = catalogueOf(scope, state?.permissions ?? []).permissions.find((one) => one.name === name);
    if (found !== undefined) return found;
    throw new AppError('not_found', { detail: 'There is no such permission.', reason: 'unknown_permission' });
  }
}
