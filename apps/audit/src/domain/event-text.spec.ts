import { describe, expect, it } from '@jest/globals';
import { buildAuditEvent } from '../testing/build-audit-event.js';
import { storedEvent, wholeEvent } from './event-text.js';

describe('an event in two parts', () => {
  it.each([
    [{}],
    [{ ip: null }],
    [{ user_agent: null }],
    [{ ip: null, user_agent: null }],
    [{ user_agent: 'a\0b\ud800', details: { request_id: 'x', ip: '192.0.2.9' } }],
  ])('is whole again, member for member: %j', (members) => {
    const event = buildAuditEvent(members);
    expect(JSON.stringify(wholeEvent(storedEvent(event)))).toBe(JSON.stringify(event));
  });

  it('keeps address and user agent out of the text', () => {
    const { event } = storedEvent(buildAuditEvent({ ip: '192.0.2.77', user_agent: 'Marked/1' }));
    expect(event).not.toMatch(/192\.0\.2\.77|Marked|user_agent|"ip"/);
  });

  it('has no personal part when nothing is personal, and nulls once it is erased', () => {
    expect(storedEvent(buildAuditEvent({ ip: null, user_agent: null })).personal).toBeNull();
    const event = buildAuditEvent();
    expect(wholeEvent({ ...storedEvent(event), personal: null })).toEqual({ ...event, ip: null, user_agent: null });
  });
});
