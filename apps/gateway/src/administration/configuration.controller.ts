import { ApplyConfiguration, ExportConfiguration } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import { JsonBodyPipe } from '../http/json-body.pipe.js';
import { ConfigurationDto, configurationOf } from './dto/configuration.dto.js';

/** A realm as a document: export, plan, apply. What of it the caller may see and change the registry decides. */
@Controller('/realms/:realm')
export class ConfigurationController {
  constructor(private readonly client: MessageClient) {}

  @Get('export')
  @RequirePermissions('view_realm', 'manage_realm', 'view_clients', 'manage_clients', 'view_roles', 'manage_roles')
  export(@Caller() caller: Access, @Context() context: CallContext) {
    return this.client.call(ExportConfiguration, { actor: caller.actor, realmId: targetOf(caller).id }, context);
  }

  @Post('plan')
  @HttpCode(200)
  @RequirePermissions('view_realm', 'manage_realm', 'view_clients', 'manage_clients', 'view_roles', 'manage_roles')
  plan(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Body(new JsonBodyPipe(ConfigurationDto)) body: ConfigurationDto,
  ) {
    return this.send(caller, context, body, true);
  }

  @Post('apply')
  @HttpCode(200)
  @RequirePermissions('manage_realm', 'create_client', 'manage_clients', 'manage_roles')
  apply(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Body(new JsonBodyPipe(ConfigurationDto)) body: ConfigurationDto,
  ) {
    return this.send(caller, context, body, false);
  }

  private send(caller: Access, context: CallContext, body: ConfigurationDto, dryRun: boolean) {
    const { actor } = caller;
    const { id: realmId } = targetOf(caller);
    const configuration = configurationOf(body);
    const secrets = { ...body.secrets };
    const planDigest = body.plan_digest ?? null;
    const request = { actor, realmId, configuration, secrets, dryRun, planDigest };
    return this.client.call(ApplyConfiguration, request, context);
  }
}
