import { ListAuditEvents, ReadAuditEvent, type AuditEvent, type ReplyOf, type RequestOf } from '#contracts';
import { Handles } from '#messaging';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { ListEvents } from '../application/list-events.js';
import { ReadEvent } from '../application/read-event.js';
import { wholeEvent, type StoredEvent } from '../domain/event-text.js';
import { decodePosition, encodePosition } from './log-position.codec.js';
import { decodeFilter } from './event-filter.codec.js';

/** Answers questions about the log. */
@Controller()
export class AuditEventController {
  constructor(
    private readonly listEvents: ListEvents,
    private readonly readEvent: ReadEvent,
  ) {}

  @Handles(ListAuditEvents)
  async list(@Payload() request: RequestOf<typeof ListAuditEvents>): Promise<ReplyOf<typeof ListAuditEvents>> {
    const page = await this.listEvents.execute({
      realm: { name: request.realm, id: request.realmId },
      filter: decodeFilter(request.filter),
      limit: request.page.limit,
      after: request.page.cursor === null ? null : decodePosition(request.page.cursor),
    });
    return {
      items: page.events.map(encodeEvent),
      nextCursor: page.next === null ? null : encodePosition(page.next),
      total: page.total,
    };
  }

  @Handles(ReadAuditEvent)
  async read(@Payload() request: RequestOf<typeof ReadAuditEvent>): Promise<ReplyOf<typeof ReadAuditEvent>> {
    const event = await this.readEvent.execute({
      realm: { name: request.realm, id: request.realmId },
      id: request.id,
    });
    return encodeEvent(event);
  }
}

/** What the log took in kept the contract. */
function encodeEvent(stored: StoredEvent): AuditEvent {
  return wholeEvent(stored) as AuditEvent;
}
