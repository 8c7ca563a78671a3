import {
  CreateUser,
  DeleteUser,
  ListUsers,
  ReadServiceAccount,
  ReadUser,
  UpdateUser,
  UserSnapshot,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { CreateUser as CreateUserUseCase } from '../application/create-user.js';
import { DeleteUser as DeleteUserUseCase } from '../application/delete-user.js';
import { ListUsers as ListUsersUseCase } from '../application/list-users.js';
import { LoadUsers, type LoadedUser } from '../application/load-users.js';
import { ReadServiceAccount as ReadServiceAccountUseCase } from '../application/read-service-account.js';
import { ReadUser as ReadUserUseCase } from '../application/read-user.js';
import { UpdateUser as UpdateUserUseCase } from '../application/update-user.js';
import { userReply } from '../application/user-reply.js';

/** Administers users, and answers who somebody is. */
@Controller()
export class UserController {
  constructor(
    private readonly createUser: CreateUserUseCase,
    private readonly listUsers: ListUsersUseCase,
    private readonly readUser: ReadUserUseCase,
    private readonly updateUser: UpdateUserUseCase,
    private readonly deleteUser: DeleteUserUseCase,
    private readonly readServiceAccount: ReadServiceAccountUseCase,
    private readonly loadUsers: LoadUsers,
  ) {}

  @Handles(CreateUser)
  create(
    @Payload() request: RequestOf<typeof CreateUser>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof CreateUser>> {
    return this.createUser.execute(request, context);
  }

  @Handles(ListUsers)
  async list(@Payload() request: RequestOf<typeof ListUsers>): Promise<ReplyOf<typeof ListUsers>> {
    const { items, ...page } = await this.listUsers.execute(request);
    return { items: items.map(userReply), ...page };
  }

  @Handles(ReadUser)
  async read(@Payload() { realmId, id }: RequestOf<typeof ReadUser>): Promise<ReplyOf<typeof ReadUser>> {
    return userReply(await this.readUser.execute({ realmId, userId: id }));
  }

  @Handles(UpdateUser)
  async update(
    @Payload() request: RequestOf<typeof UpdateUser>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof UpdateUser>> {
    return userReply(await this.updateUser.execute(request, context));
  }

  @Handles(DeleteUser)
  async delete(
    @Payload() request: RequestOf<typeof DeleteUser>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof DeleteUser>> {
    await this.deleteUser.execute(request, context);
    return {};
  }

  @Handles(ReadServiceAccount)
  async serviceAccount(
    @Payload() request: RequestOf<typeof ReadServiceAccount>,
  ): Promise<ReplyOf<typeof ReadServiceAccount>> {
    return userReply(await this.readServiceAccount.execute(request));
  }

  @Handles(UserSnapshot.load)
  async load(
    @Payload() request: { readonly keys: readonly string[] },
  ): Promise<{ readonly snapshots: readonly LoadedUser[] }> {
    return { snapshots: await this.loadUsers.execute(request.keys) };
  }
}
