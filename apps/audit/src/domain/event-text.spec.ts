import { AUDIT_CATALOGUE } from '#contracts';
import { describe, expect, it } from '@jest/globals';
import { buildAuditEvent } from '../testing/build-audit-event.js';
import { storedEvent, wholeEvent } from './event-text.js';

describe('an event in two parts', () => {
  it.each([
    [{}],
    [{ ip: null }],
    [{ user_agent: null }],
    [{ ip: null, user_agent: null }],
    [{ user_agent: 'a\0b', details: { request_id: 'x', ip: '192.0.2.9' } }],
    [{ type: 'user.created' as const, details: { username: 'ada', first_administrator: true } }],
  ])('is whole again, its members in their order: %j', (members) => {
    const event = buildAuditEvent(members);
    const whole = wholeEvent(storedEvent(event));
    expect(whole).toEqual(event);
    expect(Object.keys(whole)).toEqual(Object.keys(event));
  });

  it('keeps what is personal out of the text', () => {
    const { event } = storedEvent(
      buildAuditEvent({
        ip: '192.0.2.77',
        user_agent: 'Marked/1',
        type: 'user.created',
        details: { username: 'marked-name' },
      }),
    );
    expect(event).not.toMatch(/192\.0\.2\.77|Marked|marked-name|user_agent|"ip"|username/);
  });

  it('has nulls for what was erased, and tells when', () => {
    const event = buildAuditEvent();
    const erasedAt = new Date('2026-04-01T00:00:00.000Z');
    expect(wholeEvent({ ...storedEvent(event), personal: null, erasedAt })).toEqual({
      ...event,
      ip: null,
      user_agent: null,
      erased_at: '2026-04-01T00:00:00.000Z',
    });
  });
});

it('every event about a user names it as its subject, by which its personal data are found', () => {
  const about = Object.entries(AUDIT_CATALOGUE).filter(([, { target }]) => target === 'user');
  expect(about.length).toBeGreaterThan(0);
  for (const [type, { subjectId }] of about) expect({ type, subjectId }).toEqual({ type, subjectId: 'always' });
});
