import type { AuditEvent } from '#contracts';
import { v7 as uuidv7 } from 'uuid';

/** A whole event with what a test cares about, and dull values for the rest. */
export function buildAuditEvent(overrides: Partial<AuditEvent> = {}): AuditEvent {
  return {
    id: uuidv7(),
    realm: 'acme',
    realm_id: '0197c1f0-0000-7000-8000-000000000001',
    type: 'token.issued',
    outcome: 'success',
    reason: null,
    time: '2026-03-01T10:00:00.000Z',
    actor: { kind: 'client', id: null, client_id: 'billing' },
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
