import type { ListUsers as Contract, RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { UserStore, type UserPage } from '../domain/user-store.js';

/** Lists the users of a realm, service accounts too. */
@Injectable()
export class ListUsers {
  constructor(private readonly store: UserStore) {}

  execute({ realmId, ...query }: RequestOf<typeof Contract>): Promise<UserPage> {
    return this.store.list(realmId, query);
  }
}
