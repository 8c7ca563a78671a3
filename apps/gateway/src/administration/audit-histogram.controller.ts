import { AUDIT_EVENT_TYPES, HISTOGRAM_BUCKETS, ReadAuditHistogram } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Controller, Get, Req } from '@nestjs/common';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import type { GatewayRequest } from '../http/gateway-request.js';
import { ListQuery } from '../http/list-query.js';
import { defined } from './dto/defined.js';

const NOWHERE = '9999-12-31T23:59:59.999Z';

/** How many events a realm has, by time. */
@Controller('/realms/:realm/audit/histogram')
export class AuditHistogramController {
  constructor(private readonly client: MessageClient) {}

  @Get()
  @RequirePermissions('view_events')
  async read(@Caller() caller: Access, @Context() context: CallContext, @Req() request: GatewayRequest) {
    const query = new ListQuery(request.query);
    const filter = defined({
      type: query.oneOf('type', AUDIT_EVENT_TYPES),
      outcome: query.oneOf('outcome', ['success', 'failure']),
      actorId: query.text('actor_id'),
      clientId: query.text('client_id'),
      subjectId: query.text('subject_id'),
      jti: query.text('jti'),
      ip: query.text('ip', 64),
    });
    const from = query.instant('from');
    const to = query.instant('to');
    const bucket = query.oneOf('bucket', HISTOGRAM_BUCKETS) ?? '1h';
    if (from === undefined) query.refuse('from', 'must be given');
    if (to === undefined) query.refuse('to', 'must be given');
    if (from !== undefined && to !== undefined && from > to) query.refuse('from', 'must not be later than to');
    query.done();
    const { name: realm, id: realmId } = targetOf(caller);
    return {
      data: await this.client.call(
        ReadAuditHistogram,
        { realm, realmId, filter, from: from ?? NOWHERE, to: to ?? NOWHERE, bucket },
        context,
      ),
    };
  }
}
