import { ListTokensCarrying, ReadHistoricalAuthority } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Controller, Get, Req } from '@nestjs/common';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import type { GatewayRequest } from '../http/gateway-request.js';
import { ListQuery } from '../http/list-query.js';

const NOWHERE = '9999-12-31T23:59:59.999Z';

/** What was, told by the log alone. */
@Controller('/realms/:realm/audit')
export class AuditHistoryController {
  constructor(private readonly client: MessageClient) {}

  @Get('authority')
  @RequirePermissions('view_events')
  async authority(@Caller() caller: Access, @Context() context: CallContext, @Req() request: GatewayRequest) {
    const query = new ListQuery(request.query);
    const subjectId = query.text('subject_id');
    const clientId = query.text('client_id');
    const at = query.instant('at');
    if (at === undefined) query.refuse('at', 'must be given');
    if ((subjectId === undefined) === (clientId === undefined)) {
      query.refuse('subject_id', 'either this or client_id must be given');
    }
    query.done();
    const { id: realmId } = targetOf(caller);
    const who =
      subjectId === undefined
        ? ({ kind: 'client', clientId: clientId ?? '' } as const)
        : ({ kind: 'subject', id: subjectId } as const);
    return { data: await this.client.call(ReadHistoricalAuthority, { realmId, who, at: at ?? NOWHERE }, context) };
  }

  @Get('tokens')
  @RequirePermissions('view_events')
  async tokens(@Caller() caller: Access, @Context() context: CallContext, @Req() request: GatewayRequest) {
    const query = new ListQuery(request.query);
    const page = query.page();
    const permission = query.text('permission');
    const audience = query.text('client_id') ?? null;
    const from = query.instant('from');
    const to = query.instant('to');
    if (permission === undefined) query.refuse('permission', 'must be given');
    if (from === undefined) query.refuse('from', 'must be given');
    if (to === undefined) query.refuse('to', 'must be given');
    if (from !== undefined && to !== undefined && from > to) query.refuse('from', 'must not be later than to');
    query.done();
    const { id: realmId } = targetOf(caller);
    const found = await this.client.call(
      ListTokensCarrying,
      { realmId, permission: permission ?? '', audience, from: from ?? NOWHERE, to: to ?? NOWHERE, page },
      context,
    );
    return { data: found.items, page: { next_cursor: found.nextCursor, searched_back_to: found.searchedBackTo } };
  }
}
