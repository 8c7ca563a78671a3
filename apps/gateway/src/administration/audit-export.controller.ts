import { newAuditEvent, auditActor } from '#audit-trail';
import { AuditEventRecorded } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import { DurablePublisher, MessageClient, type CallContext } from '#messaging';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { Readable } from 'node:stream';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import { Drain } from '../http/drain.js';
import type { GatewayReply, GatewayRequest } from '../http/gateway-request.js';
import { ListQuery } from '../http/list-query.js';
import { timedFilterOf } from '../streaming/event-filter.js';
import {
  errorLine,
  eventParts,
  verifiableParts,
  type ExportPart,
  type ExportParts,
} from '../streaming/export-lines.js';
import { LiveAccess } from '../streaming/live-access.js';
import { OpenStreams } from '../streaming/open-streams.js';
import { isAbandoned, partContext, tokenOf } from '../streaming/stream-context.js';
import { scopeOf } from './tree-query.js';

const LEAF = /^(0|[1-9]\d{0,14})$/;

interface Export {
  readonly form: 'verifiable' | 'events';
  readonly filter: Readonly<Record<string, string>>;
  readonly after: string | null;
  readonly parts: ExportParts;
}

/** The log of a realm as a stream of lines. */
@Controller('/realms/:realm/audit')
export class AuditExportController {
  constructor(
    private readonly client: MessageClient,
    private readonly publisher: DurablePublisher,
    private readonly streams: OpenStreams,
    private readonly drain: Drain,
    private readonly clock: Clock,
  ) {}

  @Get('export')
  @RequirePermissions('view_events')
  async export(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Req() request: GatewayRequest,
    @Res() reply: GatewayReply,
  ): Promise<void> {
    const target = targetOf(caller);
    const asked = this.exportOf(caller, request);
    const leave = this.streams.enter(target.id);
    let first: ExportPart | null;
    try {
      // Until here nothing is sent, so what goes wrong is told as everywhere else.
      first = await asked.parts(partContext(request));
      await this.record(caller, asked, context);
    } catch (thrown) {
      leave();
      throw thrown;
    }
    const bearer = { token: tokenOf(request), realm: target.name, realmId: target.id };
    const access = new LiveAccess(this.client, bearer, 'view_events');
    const lines = Readable.from(this.lines(asked.parts, first, access, request), { objectMode: false });
    lines.once('close', leave);
    await reply
      .header('content-type', 'application/x-ndjson')
      .header('cache-control', 'no-store')
      .header('content-disposition', `attachment; filename="${target.name}-audit.ndjson"`)
      .send(lines);
  }

  /** A part is asked for when the one before it has been taken by the client: a slow client makes slow work, not a long queue. */
  private async *lines(
    parts: ExportParts,
    first: ExportPart | null,
    access: LiveAccess,
    request: GatewayRequest,
  ): AsyncGenerator<string, void, undefined> {
    let part = first;
    let after = '';
    try {
      while (part !== null) {
        ({ after } = part);
        yield part.text;
        if (isAbandoned(request)) return;
        if (this.drain.isDraining) throw new AppError('unavailable', { reason: 'stopping' });
        await access.check(partContext(request));
        part = await parts(partContext(request));
      }
    } catch (thrown) {
      yield errorLine(thrown, after);
    }
  }

  private exportOf(caller: Access, request: GatewayRequest): Export {
    const query = new ListQuery(request.query);
    const scope = scopeOf(query);
    const filter = timedFilterOf(query);
    const after = query.text('after', 1_024) ?? null;
    const isFiltered = Object.keys(filter).length > 0;
    if (isFiltered && scope !== null) query.refuse('scope', 'goes with no filter');
    if (!isFiltered && after !== null && !LEAF.test(after)) query.refuse('after', 'must be the number of a record');
    query.done();
    const { name: realm, id: realmId } = targetOf(caller);
    const shown = { filter: filter as Record<string, string>, after };
    const parts = isFiltered
      ? eventParts(this.client, { realm, realmId, filter }, shown)
      : verifiableParts(this.client, { realm, realmId, scope, firstIndex: Number(after ?? 0) });
    return { form: isFiltered ? 'events' : 'verifiable', ...shown, parts };
  }

  private async record(caller: Access, { form, filter, after }: Export, context: CallContext): Promise<void> {
    const { name: realm, id: realmId } = targetOf(caller);
    const { actor } = caller;
    const event = newAuditEvent(
      {
        type: 'audit.exported',
        ...{ realm, realmId, actor: auditActor(actor), peer: actor.peer, target: { kind: 'realm', id: realmId } },
        details: { form, after, filter: { ...filter } },
      },
      context,
      this.clock.now(),
    );
    await this.publisher.publish(AuditEventRecorded, event, context);
  }
}
