import {
  ActiveKeySnapshot,
  ListSigningKeys,
  ProvisionRealmKeys,
  RemoveRealmKeys,
  RotateSigningKey,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { LoadActiveKeys, type LoadedActiveKey } from '../application/load-active-keys.js';
import { ListSigningKeys as ListSigningKeysUseCase } from '../application/list-signing-keys.js';
import { ProvisionRealmKeys as ProvisionRealmKeysUseCase } from '../application/provision-realm-keys.js';
import { RemoveRealmKeys as RemoveRealmKeysUseCase } from '../application/remove-realm-keys.js';
import { RotateSigningKey as RotateSigningKeyUseCase } from '../application/rotate-signing-key.js';

/** Looks after a realm's signing keys. */
@Controller()
export class SigningKeyController {
  constructor(
    private readonly listSigningKeys: ListSigningKeysUseCase,
    private readonly rotateSigningKey: RotateSigningKeyUseCase,
    private readonly provisionRealmKeys: ProvisionRealmKeysUseCase,
    private readonly removeRealmKeys: RemoveRealmKeysUseCase,
    private readonly loadActiveKeys: LoadActiveKeys,
  ) {}

  @Handles(ListSigningKeys)
  list(@Payload() request: RequestOf<typeof ListSigningKeys>): Promise<ReplyOf<typeof ListSigningKeys>> {
    return this.listSigningKeys.execute(request);
  }

  @Handles(RotateSigningKey)
  rotate(
    @Payload() request: RequestOf<typeof RotateSigningKey>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof RotateSigningKey>> {
    return this.rotateSigningKey.execute(request, context);
  }

  @Handles(ProvisionRealmKeys)
  provision(
    @Payload() request: RequestOf<typeof ProvisionRealmKeys>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof ProvisionRealmKeys>> {
    return this.provisionRealmKeys.execute(request, context);
  }

  @Handles(RemoveRealmKeys)
  remove(@Payload() request: RequestOf<typeof RemoveRealmKeys>): Promise<ReplyOf<typeof RemoveRealmKeys>> {
    return this.removeRealmKeys.execute(request);
  }

  /** The owner's answer for its snapshots. */
  @Handles(ActiveKeySnapshot.load)
  async activeKeys(
    @Payload() request: { readonly keys: readonly string[] },
  ): Promise<{ readonly snapshots: readonly LoadedActiveKey[] }> {
    return { snapshots: await this.loadActiveKeys.execute(request.keys) };
  }
}
