import { AUDIT_CATALOGUE, AUDIT_EVENT_TYPES, type AuditEvent, type AuditType } from '#contracts';
import { newCallContext } from '#messaging';
import { describe, expect, test } from '@jest/globals';
import { auditEventProblems, newAuditEvent, requireCatalogued } from './index.js';

const event = (members: Partial<AuditEvent> = {}): AuditEvent => ({
  ...newAuditEvent(
    {
      type: 'role.assigned',
      realm: 'acme',
      realmId: null,
      actor: { kind: 'user', id: 'u', client_id: 'admin-cli' },
      subjectId: 's',
      target: { kind: 'role', id: 'r' },
      details: { scope: 'realm', role: 'viewer' },
    },
    newCallContext({ deadlineMs: 1_000 }),
    new Date(),
  ),
  ...members,
});

describe('auditEventProblems', () => {
  test('has nothing to say of an event as the catalogue describes it', () => {
    expect(auditEventProblems(event())).toEqual([]);
    expect(() => requireCatalogued(event())).not.toThrow();
  });

  test.each<[string, Partial<AuditEvent>]>([
    ['an outcome that cannot be', { outcome: 'failure', reason: 'x' }],
    ['a success with a reason', { reason: 'wrong_secret' }],
    ['a failure without a reason', { type: 'token.refused', outcome: 'failure', target: null }],
    ['an unknown reason', { type: 'token.refused', outcome: 'failure', reason: 'because', target: null }],
    ['an actor who cannot', { actor: { kind: 'anonymous', id: null, client_id: null } }],
    ['nobody concerned', { subject_id: null }],
    ['a token where there is none', { jti: 'j' }],
    ['another target', { target: { kind: 'user', id: 'r' } }],
    ['no target', { target: null }],
    ['a member too many', { details: { scope: 'realm', role: 'viewer', secret: 'x' } }],
    ['a member too few', { details: { scope: 'realm' } }],
  ])('tells of %s', (_what, members) => {
    expect(auditEventProblems(event(members)).length).toBeGreaterThan(0);
    expect(() => requireCatalogued(event(members))).toThrow();
  });
});

describe('the catalogue', () => {
  test.each(AUDIT_EVENT_TYPES)('%s is named by a noun and what happened, and is whole', (name) => {
    const type: AuditType = AUDIT_CATALOGUE[name];
    expect(name).toMatch(/^[a-z_]+\.[a-z_]+ed$/);
    expect(type.description).toMatch(/^[A-Z].+\.$/);
    expect(type.outcomes.includes('failure')).toBe(Object.keys(type.reasons).length > 0);
    const members = Object.keys((type.details as { properties?: object }).properties ?? {});
    for (const member of type.personal) expect(members).toContain(member.split('.')[0]);
  });
});
