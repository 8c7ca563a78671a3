import type { NameRealmOfRoles as Contract, RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { RoleStore } from '../domain/role-store.js';

/** Takes note of the name that a realm has now. Idempotent. No snapshot holds it, so nothing has to be published. */
@Injectable()
export class NameRealm {
  constructor(private readonly store: RoleStore) {}

  async execute({ realmId, realmName }: RequestOf<typeof Contract>): Promise<void> {
    await this.store.nameRealm(realmId, realmName);
  }
}
