import { AppError } from '#errors';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '../domain/audit-log.js';
import type { StoredEvent } from '../domain/event-text.js';
import { realmScope } from '../domain/realm-scope.js';

/** Reads one event of a realm. An event of another realm is as absent as one that never was. */
@Injectable()
export class ReadEvent {
  constructor(private readonly log: AuditLog) {}

  async execute(query: {
    readonly realm: { readonly name: string; readonly id: string };
    readonly id: string;
  }): Promise<StoredEvent> {
    const event = await this.log.read(realmScope(query.realm), query.id);
    if (event === null) throw new AppError('not_found', { detail: 'No such audit event.', reason: 'unknown_event' });
    return event;
  }
}
