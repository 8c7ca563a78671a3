import type { NameRealmOfRoles as Contract, RequestOf } from '#contracts';
import { inPortions, PORTION_ROWS } from '#database';
import { Injectable } from '@nestjs/common';
import { RoleStore } from '../domain/role-store.js';

/** Takes note of the name that a realm has now, in portions. Idempotent. No snapshot holds it, so nothing has to be published. */
@Injectable()
export class NameRealm {
  constructor(private readonly store: RoleStore) {}

  /** @throws AppError `unavailable` when there is more to do. */
  async execute({ realmId, realmName }: RequestOf<typeof Contract>): Promise<void> {
    let after: string | null = '';
    await inPortions(async () => {
      after = await this.store.nameRealm(realmId, realmName, after ?? '', PORTION_ROWS);
      return after !== null;
    });
  }
}
