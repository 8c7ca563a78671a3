import { ListPoison, type PoisonedPayload } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Controller, Get, Req } from '@nestjs/common';
import { RequireMasterPermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import type { GatewayRequest } from '../http/gateway-request.js';
import { ListQuery } from '../http/list-query.js';
import { pageBody } from './page.view.js';

/** What arrived for the log and is no event, of whatever realm: for those who operate the product. */
@Controller('/realms/master/audit/poison')
export class AuditPoisonController {
  constructor(private readonly client: MessageClient) {}

  @Get()
  @RequireMasterPermissions('view_events')
  async list(@Context() context: CallContext, @Req() request: GatewayRequest) {
    const query = new ListQuery(request.query);
    const page = query.page();
    query.done();
    return pageBody(await this.client.call(ListPoison, { page }, context), same);
  }
}

function same(payload: PoisonedPayload): PoisonedPayload {
  return payload;
}
