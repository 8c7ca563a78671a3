import {
  ListAuditCheckpoints,
  ListAuditKeys,
  ProveAuditConsistency,
  ProveAuditEvent,
  ReadAuditCheckpoint,
} from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import type { GatewayRequest } from '../http/gateway-request.js';
import { ListQuery } from '../http/list-query.js';
import { UuidPipe } from '../http/uuid.pipe.js';
import { auditKeyView, checkpointView, consistencyView, eventProofView } from './audit-proof.view.js';
import { pageBody, wholeList } from './page.view.js';
import { scopeOf, sizeOf } from './tree-query.js';

/** What proves the audit log of a realm: checkpoints of its tree, the keys that sign them, and proofs. */
@Controller('/realms/:realm/audit')
export class AuditProofsController {
  constructor(private readonly client: MessageClient) {}

  /** Text in the form of C2SP tlog-checkpoint, to be kept as it is. */
  @Get('checkpoint')
  @RequirePermissions('view_events')
  async checkpoint(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const query = new ListQuery(request.query);
    const asked = { scope: scopeOf(query), size: sizeOf(query, 'size') ?? null };
    query.done();
    const { note } = await this.client.call(ReadAuditCheckpoint, { ...inRealm(caller), ...asked }, context);
    void reply.type('text/plain; charset=utf-8');
    return note;
  }

  @Get('checkpoints')
  @RequirePermissions('view_events')
  async checkpoints(@Caller() caller: Access, @Context() context: CallContext, @Req() request: GatewayRequest) {
    const query = new ListQuery(request.query);
    const asked = { scope: scopeOf(query), page: query.page() };
    query.done();
    const page = await this.client.call(ListAuditCheckpoints, { ...inRealm(caller), ...asked }, context);
    return pageBody(page, checkpointView);
  }

  @Get('keys')
  @RequirePermissions('view_events')
  async keys(@Caller() caller: Access, @Context() context: CallContext, @Req() request: GatewayRequest) {
    const query = new ListQuery(request.query);
    const scope = scopeOf(query);
    query.done();
    const { items } = await this.client.call(ListAuditKeys, { ...inRealm(caller), scope }, context);
    return wholeList(items, auditKeyView);
  }

  @Get('consistency')
  @RequirePermissions('view_events')
  async consistency(@Caller() caller: Access, @Context() context: CallContext, @Req() request: GatewayRequest) {
    const query = new ListQuery(request.query);
    const scope = scopeOf(query);
    const from = sizeOf(query, 'from') ?? 0;
    const to = sizeOf(query, 'to') ?? null;
    query.done();
    const asked = { scope, from, to };
    return {
      data: consistencyView(await this.client.call(ProveAuditConsistency, { ...inRealm(caller), ...asked }, context)),
    };
  }

  @Get('events/:id/proof')
  @RequirePermissions('view_events')
  async proof(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Req() request: GatewayRequest,
  ) {
    const query = new ListQuery(request.query);
    const size = sizeOf(query, 'tree_size') ?? null;
    query.done();
    return { data: eventProofView(await this.client.call(ProveAuditEvent, { ...inRealm(caller), id, size }, context)) };
  }
}

function inRealm(caller: Access): { readonly realm: string; readonly realmId: string } {
  const { name: realm, id: realmId } = targetOf(caller);
  return { realm, realmId };
}
