import {
  AddClientUri,
  ListClientUris,
  ReadClientUri,
  RemoveClientUri,
  UpdateClientUri,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { AddClientUri as AddClientUriUseCase } from '../application/add-client-uri.js';
import { ListClientUris as ListClientUrisUseCase } from '../application/list-client-uris.js';
import { ReadClientUri as ReadClientUriUseCase } from '../application/read-client-uri.js';
import { RemoveClientUri as RemoveClientUriUseCase } from '../application/remove-client-uri.js';
import { UpdateClientUri as UpdateClientUriUseCase } from '../application/update-client-uri.js';

/** Answers calls about the URIs of clients. */
@Controller()
export class ClientUriController {
  constructor(
    private readonly listClientUris: ListClientUrisUseCase,
    private readonly addClientUri: AddClientUriUseCase,
    private readonly readClientUri: ReadClientUriUseCase,
    private readonly updateClientUri: UpdateClientUriUseCase,
    private readonly removeClientUri: RemoveClientUriUseCase,
  ) {}

  @Handles(ListClientUris)
  async list(@Payload() request: RequestOf<typeof ListClientUris>): Promise<ReplyOf<typeof ListClientUris>> {
    return { items: await this.listClientUris.execute(request) };
  }

  @Handles(AddClientUri)
  add(
    @Payload() request: RequestOf<typeof AddClientUri>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof AddClientUri>> {
    return this.addClientUri.execute(request, context);
  }

  @Handles(ReadClientUri)
  read(@Payload() request: RequestOf<typeof ReadClientUri>): Promise<ReplyOf<typeof ReadClientUri>> {
    return this.readClientUri.execute(request);
  }

  @Handles(UpdateClientUri)
  update(
    @Payload() request: RequestOf<typeof UpdateClientUri>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof UpdateClientUri>> {
    return this.updateClientUri.execute(request, context);
  }

  @Handles(RemoveClientUri)
  async remove(
    @Payload() request: RequestOf<typeof RemoveClientUri>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof RemoveClientUri>> {
    await this.removeClientUri.execute(request, context);
    return {};
  }
}
