import { ALL_CALLS, ALL_DURABLE_EVENTS, SERVICE_NAMES } from '#contracts';
import { describe, expect, it } from '@jest/globals';
import { natsPermissionsOf } from './nats-permissions.js';

describe('natsPermissionsOf', () => {
  it('lets a service call exactly what lists it as a caller', () => {
    for (const service of SERVICE_NAMES) {
      const { publish } = natsPermissionsOf(service);
      for (const call of ALL_CALLS) {
        expect([call.subject, publish.includes(call.subject)]).toEqual([call.subject, call.callers.includes(service)]);
      }
    }
  });

  it('lets a service serve exactly its own calls, as a member of its queue group only', () => {
    for (const service of SERVICE_NAMES) {
      const { subscribe } = natsPermissionsOf(service);
      for (const call of ALL_CALLS) {
        expect(subscribe.includes(call.subject)).toBe(false);
        expect(subscribe.includes(`${call.subject} ${service}`)).toBe(call.service === service);
      }
    }
  });

  it('gives each service one inbox, its own', () => {
    for (const service of SERVICE_NAMES) {
      const inboxes = natsPermissionsOf(service).subscribe.filter((subject) => subject.startsWith('_INBOX'));
      expect(inboxes).toEqual([`_INBOX_${service}.>`]);
    }
  });

  it('lets only the consuming service touch a stream, and only the publishers publish to it', () => {
    for (const event of ALL_DURABLE_EVENTS) {
      for (const service of SERVICE_NAMES) {
        const { publish } = natsPermissionsOf(service);
        expect(publish.includes(event.subject)).toBe(event.publishers.includes(service));
        expect(publish.some((subject) => subject.startsWith('$JS.'))).toBe(event.service === service);
      }
    }
  });

  it('has no wildcard but the tails of an inbox and of the acknowledgements', () => {
    for (const service of SERVICE_NAMES) {
      const { publish, subscribe } = natsPermissionsOf(service);
      const wild = [...publish, ...subscribe].filter((subject) => /[*>]/.test(subject));
      for (const subject of wild) expect(subject).toMatch(/^(_INBOX_[a-z]+|\$JS\.ACK\.[A-Z]+\.[a-z]+)\.>$/);
    }
  });

  it('lets the one that answers nothing answer nothing', () => {
    expect(natsPermissionsOf('gateway').allowResponses).toBe(false);
    expect(natsPermissionsOf('tokens').allowResponses).toBe(true);
  });
});
