import {
  CreateClientSecret,
  DeleteClientSecret,
  ListClientSecrets,
  TouchClientSecrets,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { CreateClientSecret as CreateClientSecretUseCase } from '../application/create-client-secret.js';
import { DeleteClientSecret as DeleteClientSecretUseCase } from '../application/delete-client-secret.js';
import { ListClientSecrets as ListClientSecretsUseCase } from '../application/list-client-secrets.js';
import { TouchClientSecrets as TouchClientSecretsUseCase } from '../application/touch-client-secrets.js';

/** Answers calls about the secrets of clients. */
@Controller()
export class ClientSecretController {
  constructor(
    private readonly listClientSecrets: ListClientSecretsUseCase,
    private readonly createClientSecret: CreateClientSecretUseCase,
    private readonly deleteClientSecret: DeleteClientSecretUseCase,
    private readonly touchClientSecrets: TouchClientSecretsUseCase,
  ) {}

  @Handles(ListClientSecrets)
  async list(@Payload() request: RequestOf<typeof ListClientSecrets>): Promise<ReplyOf<typeof ListClientSecrets>> {
    return { items: await this.listClientSecrets.execute(request.realmId, request.clientId) };
  }

  @Handles(CreateClientSecret)
  create(
    @Payload() request: RequestOf<typeof CreateClientSecret>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof CreateClientSecret>> {
    return this.createClientSecret.execute(request, context);
  }

  @Handles(DeleteClientSecret)
  async delete(
    @Payload() request: RequestOf<typeof DeleteClientSecret>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof DeleteClientSecret>> {
    await this.deleteClientSecret.execute(request, context);
    return {};
  }

  @Handles(TouchClientSecrets)
  async touch(@Payload() request: RequestOf<typeof TouchClientSecrets>): Promise<ReplyOf<typeof TouchClientSecrets>> {
    return { busy: await this.touchClientSecrets.execute(request) };
  }
}
