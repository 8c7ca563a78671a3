import { ReadAuditFeed, type ReplyOf } from '#contracts';
import { AppError } from '#errors';
import { MessageClient } from '#messaging';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Drain } from '../http/drain.js';
import type { GatewayReply, GatewayRequest } from '../http/gateway-request.js';
import { ListQuery } from '../http/list-query.js';
import { eventFilterOf } from '../streaming/event-filter.js';
import { LiveAccess } from '../streaming/live-access.js';
import { OpenStreams } from '../streaming/open-streams.js';
import { isAbandoned, partContext, tokenOf } from '../streaming/stream-context.js';

type Feed = ReplyOf<typeof ReadAuditFeed>;

/** How long to wait before looking again when there was no more, in milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** A line is sent at least so often, so that nobody between takes the connection for dead, in milliseconds. */
const HEARTBEAT_MS = 15_000;
/** When clients are to come back after an end, in milliseconds. */
const RETRY_MS = 3_000;
/** `Last-Event-ID`: how far the client has come in each log that it sees. */
const POSITION = /^\d{1,15}(-\d{1,15})?$/;

/** What enters the log of a realm, as it does: server-sent events (HTML Living Standard §9.2). */
@Controller('/realms/:realm/audit')
export class AuditTailController {
  constructor(
    private readonly client: MessageClient,
    private readonly streams: OpenStreams,
    private readonly drain: Drain,
  ) {}

  @Get('tail')
  @RequirePermissions('view_events')
  async tail(@Caller() caller: Access, @Req() request: GatewayRequest, @Res() reply: GatewayReply): Promise<void> {
    const query = new ListQuery(request.query);
    const filter = eventFilterOf(query);
    query.done();
    const { name: realm, id: realmId } = targetOf(caller);
    const leave = this.streams.enter(realmId);
    const read = (position: Feed['position'] | null): Promise<Feed> =>
      this.client.call(ReadAuditFeed, { realm, realmId, position, filter }, partContext(request));
    let first: Feed;
    let begin: Feed['position'];
    try {
      const given = lastEventId(request);
      first = await read(given);
      begin = given ?? first.position;
    } catch (thrown) {
      leave();
      throw thrown;
    }
    const access = new LiveAccess(this.client, { token: tokenOf(request), realm, realmId }, 'view_events');
    const lines = Readable.from(this.lines(begin, first, read, access, request), { objectMode: false });
    lines.once('close', leave);
    await reply
      .header('content-type', 'text/event-stream')
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no')
      .send(lines);
  }

  /** Ends when the right to it does, when the gateway stops, or when the realm is gone; an outage is waited for. */
  private async *lines(
    begin: Feed['position'],
    first: Feed,
    read: (position: Feed['position']) => Promise<Feed>,
    access: LiveAccess,
    request: GatewayRequest,
  ): AsyncGenerator<string, void, undefined> {
    let feed = first;
    // So that a client that has seen no event yet comes back to this place, before those that were just read.
    yield `retry: ${String(RETRY_MS)}\nid: ${idOf(begin)}\n\n`;
    let lastLine = performance.now();
    while (!isAbandoned(request) && !this.drain.isDraining) {
      if (feed.items.length > 0) {
        yield feed.items.map(({ event, position }) => message(event, position)).join('');
        lastLine = performance.now();
      } else if (performance.now() - lastLine > HEARTBEAT_MS) {
        yield ': still here\n\n';
        lastLine = performance.now();
      }
      if (!feed.more) await sleep(LOOK_EVERY_MS);
      try {
        await access.check(partContext(request));
        feed = await read(feed.position);
      } catch (thrown) {
        const error = AppError.from(thrown);
        if (!error.facts.retryable) {
          yield `event: end\ndata: ${JSON.stringify({ error: error.code })}\n\n`;
          return;
        }
        feed = { items: [], position: feed.position, more: false };
      }
    }
  }
}

/** @throws AppError `malformed_request` for one that no tail gave out. */
function lastEventId(request: GatewayRequest): Feed['position'] | null {
  const header = request.headers['last-event-id'];
  if (header === undefined || header === '') return null;
  if (typeof header === 'string' && POSITION.test(header)) return header.split('-').map(Number);
  throw new AppError('malformed_request', { detail: 'Last-Event-ID is none of this stream.', reason: 'bad_position' });
}

function idOf(position: readonly number[]): string {
  return position.join('-');
}

/** JSON has no line breaks of its own, so an event is one line of data. */
function message(event: object, position: readonly number[]): string {
  return `id: ${idOf(position)}\ndata: ${JSON.stringify(event)}\n\n`;
}
