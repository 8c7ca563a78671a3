import { ReadServiceAccount, ReadUser, UserSnapshot, type ReplyOf, type RequestOf } from '#contracts';
import { Handles } from '#messaging';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { LoadUsers, type LoadedUser } from '../application/load-users.js';
import { ReadServiceAccount as ReadServiceAccountUseCase } from '../application/read-service-account.js';
import { ReadUser as ReadUserUseCase } from '../application/read-user.js';
import { encodeUser } from './user.encoding.js';

/** Answers who somebody is. */
@Controller()
export class UserController {
  constructor(
    private readonly readUser: ReadUserUseCase,
    private readonly readServiceAccount: ReadServiceAccountUseCase,
    private readonly loadUsers: LoadUsers,
  ) {}

  @Handles(ReadUser)
  async read(@Payload() { realmId, id }: RequestOf<typeof ReadUser>): Promise<ReplyOf<typeof ReadUser>> {
    return encodeUser(await this.readUser.execute({ realmId, userId: id }));
  }

  @Handles(ReadServiceAccount)
  async serviceAccount(
    @Payload() request: RequestOf<typeof ReadServiceAccount>,
  ): Promise<ReplyOf<typeof ReadServiceAccount>> {
    return encodeUser(await this.readServiceAccount.execute(request));
  }

  @Handles(UserSnapshot.load)
  async load(
    @Payload() request: { readonly keys: readonly string[] },
  ): Promise<{ readonly snapshots: readonly LoadedUser[] }> {
    return { snapshots: await this.loadUsers.execute(request.keys) };
  }
}
