import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { buildAuditEvent, entryOf } from '../testing/build-audit-event.js';
import { misfiledColumns, type Filing } from './filing.js';
import type { RetentionPolicy } from './retention.js';

const TIME = new Date('2026-05-10T12:00:00.000Z');
const entry = entryOf(buildAuditEvent({ id: uuidv7({ msecs: TIME.getTime() }), time: TIME.toISOString() }));
const { id, type, outcome, actorId, clientId, subjectId, targetId, jti, ip } = entry;
const FILED: Filing = {
  ...{ id, type, outcome, actorId, clientId, subjectId, targetId, jti, ip },
  retention: 'forever',
  isErased: false,
};

describe('the filing of an event', () => {
  it('is found right as it was stored, and when its personal data were erased', () => {
    expect(misfiledColumns(entry, FILED, [])).toEqual([]);
    const erased = { event: entry.event, personal: null };
    expect(misfiledColumns(erased, { ...FILED, ip: null, isErased: true }, [])).toEqual([]);
    expect(misfiledColumns(erased, FILED, [])).toEqual(['ip', 'erased_at']);
  });

  it('is in the class of the policies that were decided when it was logged', () => {
    const policies: RetentionPolicy[] = [
      { retention: '1y', effectiveFrom: '2026-01-01' },
      { retention: '7y', effectiveFrom: '2026-05-01' },
      { retention: '30d', effectiveFrom: '2026-06-01' },
    ];
    expect(misfiledColumns(entry, { ...FILED, retention: '7y' }, policies)).toEqual([]);
    expect(misfiledColumns(entry, { ...FILED, retention: '30d' }, policies)).toEqual(['retention']);
    expect(misfiledColumns(entry, { ...FILED, retention: '90d' }, policies)).toEqual(['retention']);
    // The last one decided with the clock put back: this event was logged before.
    expect(
      misfiledColumns(entry, { ...FILED, retention: '1y' }, [
        ...policies.slice(0, 1),
        { retention: '30d', effectiveFrom: '2026-04-01' },
      ]),
    ).toEqual([]);
  });

  it('is of no matter where the text is no event: its hash tells that', () => {
    expect(misfiledColumns({ event: '{}', personal: null }, FILED, [])).toEqual([]);
    expect(misfiledColumns({ event: 'nonsense', personal: entry.personal }, FILED, [])).toEqual([]);
  });
});
