import type { AuditEvent } from '#contracts';
import { v7 as uuidv7 } from 'uuid';
import { toLogEntry, type LogEntry } from '../domain/log-entry.js';

/** A whole event with what a test cares about, and dull values for the rest. Its id carries its time. */
export function buildAuditEvent(overrides: Partial<AuditEvent> = {}): AuditEvent {
  const { time = '2026-03-01T10:00:00.000Z' } = overrides;
  const msecs = Date.parse(time);
  return {
    id: uuidv7(Number.isNaN(msecs) ? undefined : { msecs }),
    realm: 'acme',
    realm_id: '0197c1f0-0000-7000-8000-000000000001',
    type: 'token.issued',
    outcome: 'success',
    reason: null,
    time,
    // Within a member the order is the canonical one, in which the log gives it back.
    actor: { client_id: 'billing', id: null, kind: 'client' },
    client_id: 'billing',
    subject_id: null,
    jti: null,
    target: null,
    ip: '192.0.2.1',
    user_agent: 'curl/8.9',
    request_id: 'request-1',
    trace_id: null,
    details: {},
    ...overrides,
  };
}

/** The entry of an event that is in order. */
export function entryOf(event: AuditEvent): LogEntry {
  const entry = toLogEntry(event);
  if (typeof entry === 'string') throw new Error(`the test built an event that is no entry: ${entry}`);
  return entry;
}
