import { REALM_SCOPE, type HistoricalAuthority, type ReadHistoricalAuthority, type RequestOf } from '#contracts';
import { AppError } from '#errors';
import { Injectable } from '@nestjs/common';
import { HistoryLog } from '../domain/history/history-log.js';
import { pastAuthority } from '../domain/history/past-authority.js';
import { CLIENT_EVENTS, pastClients, type PastClient } from '../domain/history/past-clients.js';
import { pastRealm, REALM_EVENTS } from '../domain/history/past-realm.js';
import {
  ASSIGNMENT_EVENTS,
  pastAssignments,
  pastRoles,
  PERMISSION_EVENTS,
  ROLE_EVENTS,
} from '../domain/history/past-roles.js';
import { pastSubject, SUBJECT_EVENTS } from '../domain/history/past-subject.js';
import type { RecordedEvent } from '../domain/history/recorded-event.js';

type Request = RequestOf<typeof ReadHistoricalAuthority>;

/** Reconstructs what a client or user could do at a time, from the log alone. */
@Injectable()
export class ReadPastAuthority {
  constructor(private readonly log: HistoryLog) {}

  /** @throws AppError `not_found` when the log knows nobody of that name at that time; `conflict` for too long a history. */
  async execute({ realmId, who, at }: Request): Promise<HistoricalAuthority> {
    const time = new Date(at);
    const past = new Past(this.log, realmId, new Date(time.getTime() + 1));
    const realm = pastRealm(await past.happened(REALM_EVENTS, {}));
    const client = who.kind === 'client' ? await past.clientNamed(who.clientId) : await past.clientOfAccount(who.id);
    const subjectId = who.kind === 'subject' ? who.id : (client?.serviceAccountUserId ?? null);
    const subject =
      subjectId === null ? null : pastSubject(subjectId, await past.happened(SUBJECT_EVENTS, { subjectId }));
    const assignments =
      subjectId === null ? [] : pastAssignments(await past.happened(ASSIGNMENT_EVENTS, { subjectId }));
    if (client === null && subject === null && assignments.length === 0) {
      throw new AppError('not_found', {
        detail: `The log knows no such ${who.kind === 'client' ? 'client' : 'user'} at that time.`,
        reason: 'unknown_at_that_time',
      });
    }
    const roles = pastRoles(await past.rolesOf(assignments.map(({ roleId }) => roleId)));
    const apis = await past.clients(assignments.map(({ scope }) => scope).filter((scope) => scope !== REALM_SCOPE));
    return pastAuthority({ at: time, realm, client, subject, assignments, roles, apis });
  }
}

/** One realm's log up to a time. */
class Past {
  constructor(
    private readonly log: HistoryLog,
    private readonly realmId: string,
    private readonly before: Date,
  ) {}

  happened(
    types: readonly string[],
    narrowed: { readonly subjectId?: string; readonly holding?: readonly string[] },
  ): Promise<readonly RecordedEvent[]> {
    return this.log.happened({ realmId: this.realmId, before: this.before, types, ...narrowed });
  }

  /** What made these roles what they were; the catalogue's changes, which do not name roles, too. */
  async rolesOf(roleIds: readonly string[]): Promise<readonly RecordedEvent[]> {
    if (roleIds.length === 0) return [];
    const events = [
      ...(await this.happened(ROLE_EVENTS, { holding: roleIds.map(quoted) })),
      ...(await this.happened(PERMISSION_EVENTS, {})),
    ];
    return events.sort((left, right) => (left.id < right.id ? -1 : 1));
  }

  /** Clients by UUID. */
  async clients(ids: readonly string[]): Promise<ReadonlyMap<string, PastClient>> {
    if (ids.length === 0) return new Map();
    return pastClients(await this.happened(CLIENT_EVENTS, { holding: [...new Set(ids)].map(quoted) }));
  }

  /** The client that had this `client_id`: the one that is there, else the last that was. */
  async clientNamed(clientId: string): Promise<PastClient | null> {
    const mentions = await this.happened(CLIENT_EVENTS, { holding: [quoted(clientId)] });
    const named = await this.clientsOf(mentions);
    const matching = named.filter((client) => client.clientId === clientId);
    return matching.find(({ deleted }) => !deleted) ?? matching.at(-1) ?? null;
  }

  /** The client whose service account this is; null for a user's id. */
  async clientOfAccount(subjectId: string): Promise<PastClient | null> {
    const mentions = await this.happened(CLIENT_EVENTS, { holding: [quoted(subjectId)] });
    const accounts = await this.clientsOf(mentions);
    return accounts.findLast(({ serviceAccountUserId }) => serviceAccountUserId === subjectId) ?? null;
  }

  private async clientsOf(events: readonly RecordedEvent[]): Promise<readonly PastClient[]> {
    const ids = events.flatMap(({ target }) => (target === null ? [] : [target.id]));
    return [...(await this.clients(ids)).values()];
  }
}

/** As a JSON text holds it. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
