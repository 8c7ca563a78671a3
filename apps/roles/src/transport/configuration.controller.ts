import { ApplyRoleConfiguration, ExportRoleConfiguration, type ReplyOf, type RequestOf } from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ApplyRoleConfiguration as ApplyRoleConfigurationUseCase } from '../application/apply-role-configuration.js';
import { ExportRoleConfiguration as ExportRoleConfigurationUseCase } from '../application/export-role-configuration.js';

/** Answers calls about the part of a configuration that speaks of roles. */
@Controller()
export class ConfigurationController {
  constructor(
    private readonly exportConfiguration: ExportRoleConfigurationUseCase,
    private readonly applyConfiguration: ApplyRoleConfigurationUseCase,
  ) {}

  @Handles(ExportRoleConfiguration)
  export(
    @Payload() request: RequestOf<typeof ExportRoleConfiguration>,
  ): Promise<ReplyOf<typeof ExportRoleConfiguration>> {
    return this.exportConfiguration.execute(request);
  }

  @Handles(ApplyRoleConfiguration)
  apply(
    @Payload() request: RequestOf<typeof ApplyRoleConfiguration>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof ApplyRoleConfiguration>> {
    return this.applyConfiguration.execute(request, context);
  }
}
