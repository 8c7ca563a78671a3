import {
  DeleteClient,
  ListClients,
  ReadClient,
  RegisterClient,
  RotateClientSecret,
  UpdateClient,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { DeleteClient as DeleteClientUseCase } from '../application/delete-client.js';
import { ListClients as ListClientsUseCase } from '../application/list-clients.js';
import { ReadClient as ReadClientUseCase } from '../application/read-client.js';
import { RegisterClient as RegisterClientUseCase } from '../application/register-client.js';
import { RotateClientSecret as RotateClientSecretUseCase } from '../application/rotate-client-secret.js';
import { UpdateClient as UpdateClientUseCase } from '../application/update-client.js';
import { decodePosition, encodePosition } from './list-cursor.js';

/** Answers calls about clients. */
@Controller()
export class ClientController {
  constructor(
    private readonly registerClient: RegisterClientUseCase,
    private readonly readClient: ReadClientUseCase,
    private readonly listClients: ListClientsUseCase,
    private readonly updateClient: UpdateClientUseCase,
    private readonly deleteClient: DeleteClientUseCase,
    private readonly rotateClientSecret: RotateClientSecretUseCase,
  ) {}

  @Handles(RegisterClient)
  register(
    @Payload() request: RequestOf<typeof RegisterClient>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof RegisterClient>> {
    return this.registerClient.execute(request, context);
  }

  @Handles(ReadClient)
  read(@Payload() request: RequestOf<typeof ReadClient>): Promise<ReplyOf<typeof ReadClient>> {
    return this.readClient.execute(request.realmId, request.id);
  }

  @Handles(ListClients)
  async list(@Payload() request: RequestOf<typeof ListClients>): Promise<ReplyOf<typeof ListClients>> {
    const order = `clients/${request.realmId}/${request.sort}`;
    const { items, next, ...count } = await this.listClients.execute(request.realmId, {
      limit: request.page.limit,
      after: decodePosition(order, request.page.cursor),
      sort: request.sort,
      search: request.search,
      filter: request.filter,
    });
    return { items: [...items], nextCursor: encodePosition(order, next), ...count };
  }

  @Handles(UpdateClient)
  update(
    @Payload() request: RequestOf<typeof UpdateClient>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof UpdateClient>> {
    return this.updateClient.execute(request, context);
  }

  @Handles(DeleteClient)
  async delete(
    @Payload() request: RequestOf<typeof DeleteClient>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof DeleteClient>> {
    await this.deleteClient.execute(request, context);
    return {};
  }

  @Handles(RotateClientSecret)
  rotateSecret(
    @Payload() request: RequestOf<typeof RotateClientSecret>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof RotateClientSecret>> {
    return this.rotateClientSecret.execute(request, context);
  }
}
