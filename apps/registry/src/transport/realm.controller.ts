import {
  ClearRealm,
  CreateRealm,
  DeleteRealm,
  ListRealms,
  ReadRealm,
  UpdateRealm,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ClearRealm as ClearRealmUseCase } from '../application/clear-realm.js';
import { CreateRealm as CreateRealmUseCase } from '../application/create-realm.js';
import { DeleteRealm as DeleteRealmUseCase } from '../application/delete-realm.js';
import { ListRealms as ListRealmsUseCase } from '../application/list-realms.js';
import { ReadRealm as ReadRealmUseCase } from '../application/read-realm.js';
import { UpdateRealm as UpdateRealmUseCase } from '../application/update-realm.js';
import { decodePosition, encodePosition } from './list-cursor.js';

/** Answers calls about realms. */
@Controller()
export class RealmController {
  constructor(
    private readonly createRealm: CreateRealmUseCase,
    private readonly readRealm: ReadRealmUseCase,
    private readonly listRealms: ListRealmsUseCase,
    private readonly updateRealm: UpdateRealmUseCase,
    private readonly deleteRealm: DeleteRealmUseCase,
    private readonly clearRealm: ClearRealmUseCase,
  ) {}

  @Handles(CreateRealm)
  create(
    @Payload() request: RequestOf<typeof CreateRealm>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof CreateRealm>> {
    return this.createRealm.execute(request, context);
  }

  @Handles(ReadRealm)
  read(@Payload() request: RequestOf<typeof ReadRealm>): Promise<ReplyOf<typeof ReadRealm>> {
    return this.readRealm.execute(request.name);
  }

  @Handles(ListRealms)
  async list(@Payload() request: RequestOf<typeof ListRealms>): Promise<ReplyOf<typeof ListRealms>> {
    const sort = request.sort ?? 'name';
    const order = `realms/${sort}`;
    const { items, next, total } = await this.listRealms.execute({
      limit: request.page.limit,
      after: decodePosition(order, request.page.cursor),
      sort,
      enabled: request.enabled,
      search: request.search,
      onlyName: request.onlyName,
    });
    return { items: [...items], nextCursor: encodePosition(order, next), total };
  }

  @Handles(UpdateRealm)
  update(
    @Payload() request: RequestOf<typeof UpdateRealm>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof UpdateRealm>> {
    return this.updateRealm.execute(request, context);
  }

  @Handles(DeleteRealm)
  async delete(
    @Payload() request: RequestOf<typeof DeleteRealm>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof DeleteRealm>> {
    await this.deleteRealm.execute(request, context);
    return {};
  }

  @Handles(ClearRealm)
  async clear(@Payload() request: RequestOf<typeof ClearRealm>): Promise<ReplyOf<typeof ClearRealm>> {
    await this.clearRealm.execute(request);
    return {};
  }
}
