import { AUDIT_EVENT_TYPES, ListAuditEvents, ReadAuditEvent, type LoggedAuditEvent } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Controller, Get, Param, Req } from '@nestjs/common';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import type { GatewayRequest } from '../http/gateway-request.js';
import { ListQuery } from '../http/list-query.js';
import { UuidPipe } from '../http/uuid.pipe.js';
import { defined } from './dto/defined.js';
import { pageBody } from './page.view.js';

/** The audit log of a realm. Events are shown in the form in which they are kept. */
@Controller('/realms/:realm/audit/events')
export class AuditController {
  constructor(private readonly client: MessageClient) {}

  @Get()
  @RequirePermissions('view_events')
  async list(@Caller() caller: Access, @Context() context: CallContext, @Req() request: GatewayRequest) {
    const query = new ListQuery(request.query);
    const page = query.page();
    const filter = defined({
      type: query.oneOf('type', AUDIT_EVENT_TYPES),
      outcome: query.oneOf('outcome', ['success', 'failure']),
      actorId: query.text('actor_id'),
      clientId: query.text('client_id'),
      subjectId: query.text('subject_id'),
      jti: query.text('jti'),
      ip: query.text('ip', 64),
      from: query.instant('from'),
      to: query.instant('to'),
    });
    if (filter.from !== undefined && filter.to !== undefined && filter.from > filter.to) {
      query.refuse('from', 'must not be later than to');
    }
    query.done();
    const { name: realm, id: realmId } = targetOf(caller);
    return pageBody(await this.client.call(ListAuditEvents, { realm, realmId, page, filter }, context), same);
  }

  @Get(':id')
  @RequirePermissions('view_events')
  async read(@Caller() caller: Access, @Context() context: CallContext, @Param('id', UuidPipe) id: string) {
    const { name: realm, id: realmId } = targetOf(caller);
    return { data: await this.client.call(ReadAuditEvent, { realm, realmId, id }, context) };
  }
}

function same(event: LoggedAuditEvent): LoggedAuditEvent {
  return event;
}
