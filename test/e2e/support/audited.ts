import { expect } from '@jest/globals';
import { auditEventProblems } from '#audit-trail';
import type { AuditEvent } from '#contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Administrator, Page } from './administrator.js';

const PATIENCE_MS = 10_000;
/** Of the newest events only these many are looked through: what a test looks for has just happened. */
const PAGES = 5;

/** The newest events of a realm's log. */
async function newest(admin: Administrator, realm: string, query: Readonly<Record<string, string>>) {
  const events: AuditEvent[] = [];
  let cursor: string | null = '';
  for (let page = 0; page < PAGES && cursor !== null; page += 1) {
    const text = new URLSearchParams({ limit: '200', cursor, ...query }).toString();
    const answer: Page<AuditEvent> = await admin.done('GET', `/realms/${realm}/audit/events?${text}`);
    events.push(...answer.data);
    cursor = answer.page.next_cursor;
  }
  return events;
}

/**
 * The events of one request, once there are as many as expected: ingest follows a moment behind the answer. Every one must be as
 * the catalogue says.
 */
export async function eventsOf(
  admin: Administrator,
  realm: string,
  requestId: string,
  expected: number,
  query: Readonly<Record<string, string>> = {},
): Promise<readonly AuditEvent[]> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(50)) {
    const all = (await newest(admin, realm, query)).filter((event) => event.request_id === requestId);
    expect(all.flatMap(auditEventProblems)).toEqual([]);
    const found = all.filter((event) => !isOneOfMany(event));
    if (found.length < expected && Date.now() < deadline) continue;
    if (found.length >= expected) return found;
    const types = found.map(({ type }) => type).join(', ');
    throw new Error(`only ${String(found.length)} of ${String(expected)} events of ${requestId} in ${realm}: ${types}`);
  }
}

/** Whether it is recorded of the first few alike only, so that whether it is there depends on what went before. */
function isOneOfMany({ type, outcome }: AuditEvent): boolean {
  return type === 'client.authenticated' && outcome === 'success';
}
