import { ReadKeySet, ReadMetadata, type ReplyOf, type RequestOf } from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ReadKeySet as ReadKeySetUseCase } from '../application/read-key-set.js';
import { ReadMetadata as ReadMetadataUseCase } from '../application/read-metadata.js';

/** Answers what everybody may know of a realm. */
@Controller()
export class DiscoveryController {
  constructor(
    private readonly readKeySet: ReadKeySetUseCase,
    private readonly readMetadata: ReadMetadataUseCase,
  ) {}

  @Handles(ReadKeySet)
  keySet(
    @Payload() request: RequestOf<typeof ReadKeySet>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof ReadKeySet>> {
    return this.readKeySet.execute(request, context);
  }

  @Handles(ReadMetadata)
  metadata(
    @Payload() request: RequestOf<typeof ReadMetadata>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof ReadMetadata>> {
    return this.readMetadata.execute(request, context);
  }
}
