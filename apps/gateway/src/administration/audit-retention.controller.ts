import { ReadAuditRetention, SetAuditRetention } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Body, Controller, Get, Put, Req, Res } from '@nestjs/common';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import { answerWithTag, entityTag, ifMatchVersion } from '../http/conditional.js';
import type { GatewayReply, GatewayRequest } from '../http/gateway-request.js';
import { JsonBodyPipe } from '../http/json-body.pipe.js';
import { NoQuery } from '../http/no-query.js';
import { SetAuditRetentionDto } from './dto/audit-retention.dto.js';

/** How long the events of a realm are kept. */
@Controller('/realms/:realm/audit/retention')
export class AuditRetentionController {
  constructor(private readonly client: MessageClient) {}

  @Get()
  @RequirePermissions('view_events', 'manage_events')
  async read(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
    @NoQuery() _query: null,
  ) {
    const { id: realmId } = targetOf(caller);
    const { retention, version } = await this.client.call(ReadAuditRetention, { realmId }, context);
    return answerWithTag(request, reply, entityTag(version), { data: retention });
  }

  @Put()
  @RequirePermissions('manage_events')
  async set(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Body(new JsonBodyPipe(SetAuditRetentionDto)) body: SetAuditRetentionDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
    @NoQuery() _query: null,
  ) {
    const { id: realmId, name: realm } = targetOf(caller);
    const ifVersion = await ifMatchVersion(
      request,
      async () => (await this.client.call(ReadAuditRetention, { realmId }, context)).version,
    );
    const { retention, version } = await this.client.call(
      SetAuditRetention,
      { actor: caller.actor, realm, realmId, retention: body.retention, ifVersion },
      context,
    );
    reply.header('etag', entityTag(version));
    return { data: retention };
  }
}
