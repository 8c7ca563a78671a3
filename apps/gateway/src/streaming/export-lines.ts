import { ListAuditEvents, ReadAuditExport, type AuditExportCursor, type RequestOf } from '#contracts';
import { AppError } from '#errors';
import type { CallContext, MessageClient } from '#messaging';

/** A part of an export. */
export interface ExportPart {
  readonly text: string;
  /** Where to go on when this was the last that arrived. */
  readonly after: string;
}

/** Gives the parts of an export one after the other; null after the last. */
export type ExportParts = (context: CallContext) => Promise<ExportPart | null>;

/** Names the form of an export of single events, which proves nothing. */
export const EVENTS_FORMAT = 'chancery-audit-events/1';
const PAGE_LIMIT = 200;

/** The verifiable export of a tree. */
export function verifiableParts(
  client: MessageClient,
  request: Omit<RequestOf<typeof ReadAuditExport>, 'cursor'>,
): ExportParts {
  let cursor: AuditExportCursor | null = null;
  let done = false;
  return async (context) => {
    if (done) return null;
    const { text, next } = await client.call(ReadAuditExport, { ...request, cursor }, context);
    cursor = next;
    done = next === null;
    return { text, after: String(next?.at ?? request.firstIndex) };
  };
}

/** Events by a filter, newest first, each on a line; after each page a line that tells where to go on. */
export function eventParts(
  client: MessageClient,
  request: Omit<RequestOf<typeof ListAuditEvents>, 'page'>,
  shown: { readonly filter: Readonly<Record<string, string>>; readonly after: string | null },
): ExportParts {
  const header = {
    kind: 'header',
    format: EVENTS_FORMAT,
    realm_id: request.realmId,
    filter: shown.filter,
    after: shown.after,
    complete: false,
  };
  let cursor = shown.after;
  let events = 0;
  let text = line(header);
  let done = false;
  return async (context) => {
    if (done) return null;
    const page = await client.call(ListAuditEvents, { ...request, page: { limit: PAGE_LIMIT, cursor } }, context);
    const lines = page.items.map((event) => line({ kind: 'event', event }));
    events += page.items.length;
    cursor = page.nextCursor;
    done = cursor === null;
    lines.push(line(done ? { kind: 'end', events } : { kind: 'cursor', after: cursor }));
    const part = { text: text + lines.join(''), after: cursor ?? '' };
    text = '';
    return part;
  };
}

/** The line that ends an export which could not be finished. */
export function errorLine(thrown: unknown, after: string): string {
  const { code, facts } = AppError.from(thrown);
  return line({ kind: 'error', error: code, title: facts.title, after });
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
