import type { NameRealmOfUsers as Contract, RequestOf } from '#contracts';
import { inPortions, PORTION_ROWS } from '#database';
import { Injectable } from '@nestjs/common';
import { UserStore } from '../domain/user-store.js';

/** Below every UUID that anybody has. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** Takes note of the name that a realm has now, in portions. Idempotent. No snapshot holds it, so nothing has to be published. */
@Injectable()
export class NameRealm {
  constructor(private readonly store: UserStore) {}

  /** @throws AppError `unavailable` when there is more to do. */
  async execute({ realmId, realmName }: RequestOf<typeof Contract>): Promise<void> {
    let after: string | null = BEFORE_ALL;
    await inPortions(async () => {
      after = await this.store.nameRealm(realmId, realmName, after ?? BEFORE_ALL, PORTION_ROWS);
      return after !== null;
    });
  }
}
