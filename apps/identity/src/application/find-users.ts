import type { FindUsers as Contract, ReplyOf, RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { UserStore } from '../domain/user-store.js';
import type { User } from '../domain/user.js';

type Known = ReplyOf<typeof Contract>['byId'][number];

/** Tells who goes by some usernames, and by which name and state some ids go. */
@Injectable()
export class FindUsers {
  constructor(private readonly store: UserStore) {}

  async execute({ realmId, usernames, ids }: RequestOf<typeof Contract>): Promise<ReplyOf<typeof Contract>> {
    const [named, states] = await Promise.all([
      this.store.findByUsernames(realmId, usernames),
      this.store.readStates(ids.map((userId) => ({ realmId, userId }))),
    ]);
    return {
      byUsername: named.map((user) => (user === null ? null : known(user))),
      byId: states.flatMap(({ user }) => (user === null ? [] : [known(user)])),
    };
  }
}

function known({ id, username, clientId, enabled }: User): Known {
  return { id, username, clientId, enabled };
}
