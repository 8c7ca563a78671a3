import { beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { wholeEvent } from '../domain/event-text.js';
import { buildAuditEvent, entryOf } from '../testing/build-audit-event.js';
import { InMemoryAuditLog } from '../testing/in-memory-audit-log.js';
import { ListEvents } from './list-events.js';
import { ReadEvent } from './read-event.js';

const master = { name: 'master', id: uuidv7() };
const acme = { name: 'acme', id: uuidv7() };
const formerAcme = { name: 'acme', id: uuidv7() };

describe('reading the log', () => {
  let log: InMemoryAuditLog;
  const ofAcme = buildAuditEvent({ realm: 'acme', realm_id: acme.id, time: '2026-03-01T10:00:00.000Z' });
  const ofFormer = buildAuditEvent({ realm: 'acme', realm_id: formerAcme.id, time: '2026-03-01T10:00:01.000Z' });
  const ofNobody = buildAuditEvent({ realm: 'acme', realm_id: null, time: '2026-03-01T10:00:02.000Z' });
  const ofMaster = buildAuditEvent({ realm: 'master', realm_id: master.id, time: '2026-03-01T10:00:03.000Z' });

  beforeEach(async () => {
    log = new InMemoryAuditLog();
    const entries = [ofAcme, ofFormer, ofNobody, ofMaster].map(entryOf);
    await log.append(entries, []);
  });

  const listed = async (realm: { name: string; id: string }, filter = {}) => {
    const page = await new ListEvents(log).execute({ realm, filter, limit: 10, after: null });
    return page.events.map((event) => wholeEvent(event)['id']);
  };

  it('shows a realm the events of its id, not those of a realm that had its name before', async () => {
    expect(await listed(acme)).toEqual([ofAcme.id]);
    await expect(new ReadEvent(log).execute({ realm: acme, id: ofFormer.id })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('shows events of no known realm to master only', async () => {
    expect(await listed(master)).toEqual([ofMaster.id, ofNobody.id]);
    expect(wholeEvent(await new ReadEvent(log).execute({ realm: master, id: ofNobody.id }))).toEqual(ofNobody);
    await expect(new ReadEvent(log).execute({ realm: acme, id: ofNobody.id })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('does not show master the events of other realms', async () => {
    await expect(new ReadEvent(log).execute({ realm: master, id: ofAcme.id })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('compares filters in the form of the search keys', async () => {
    const odd = buildAuditEvent({ realm_id: acme.id, client_id: 'a\0b', subject_id: 'x'.repeat(3_000) });
    await log.append([entryOf(odd)], []);
    expect(await listed(acme, { clientId: 'a\0b', subjectId: 'x'.repeat(3_000) })).toEqual([odd.id]);
  });
});
