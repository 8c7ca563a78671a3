import { ApplyConfiguration, ExportConfiguration, type ReplyOf, type RequestOf } from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ApplyConfiguration as ApplyConfigurationUseCase } from '../application/apply-configuration.js';
import { ExportConfiguration as ExportConfigurationUseCase } from '../application/export-configuration.js';

/** Answers calls about configurations. */
@Controller()
export class ConfigurationController {
  constructor(
    private readonly exportConfiguration: ExportConfigurationUseCase,
    private readonly applyConfiguration: ApplyConfigurationUseCase,
  ) {}

  @Handles(ExportConfiguration)
  export(
    @Payload() request: RequestOf<typeof ExportConfiguration>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof ExportConfiguration>> {
    return this.exportConfiguration.execute(request, context);
  }

  @Handles(ApplyConfiguration)
  apply(
    @Payload() request: RequestOf<typeof ApplyConfiguration>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof ApplyConfiguration>> {
    return this.applyConfiguration.execute(request, context);
  }
}
