import { expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { HistoryLog } from '../domain/history/history-log.js';
import { buildAuditEvent } from './build-audit-event.js';

type Event = ReturnType<typeof buildAuditEvent>;

/** What every `HistoryLog` must do. `record` adds events to the log that `log` reads. */
export function describeHistoryLog(
  make: () => { readonly log: HistoryLog; record(events: readonly Event[]): Promise<void> },
) {
  const start = Date.parse('2026-03-01T10:00:00.000Z');
  const after = (ms: number) => new Date(start + ms);
  const at = (ms: number) => ({ id: uuidv7({ msecs: start + ms }), time: after(ms).toISOString() });

  it('tells what happened, in order, of the asked types, before the time, in the realm', async () => {
    const { log, record } = make();
    const realmId = uuidv7();
    const [first, second, third] = [
      buildAuditEvent({ ...at(1), realm_id: realmId, type: 'role.created' }),
      buildAuditEvent({ ...at(2), realm_id: realmId, type: 'role.updated' }),
      buildAuditEvent({ ...at(3), realm_id: realmId, type: 'role.created' }),
    ];
    const other = buildAuditEvent({ ...at(2), realm_id: realmId, type: 'client.created' });
    const foreign = buildAuditEvent({ ...at(2), realm_id: uuidv7(), type: 'role.created' });
    await record([third, foreign, second, other, first]);
    const query = { realmId, types: ['role.created', 'role.updated'] };
    const ids = async (before: Date) => (await log.happened({ ...query, before })).map(({ id }) => id);
    expect(await ids(after(3))).toEqual([first.id, second.id]);
    expect(await ids(after(4))).toEqual([first.id, second.id, third.id]);
    expect(await log.happened({ ...query, types: [], before: after(4) })).toEqual([]);
  });

  it('narrows to a subject, and to events that hold one of some texts', async () => {
    const { log, record } = make();
    const realmId = uuidv7();
    const assigned = (ms: number, subject: string, role: string) =>
      buildAuditEvent({
        ...at(ms),
        ...{ realm_id: realmId, type: 'role.assigned', subject_id: subject, target: { kind: 'role', id: role } },
        details: { role: 'a "quoted" 100%_ name' },
      });
    const [mine, yours] = [assigned(1, 'me', 'r1'), assigned(2, 'you', 'r2')];
    await record([mine, yours]);
    const query = { realmId, types: ['role.assigned'], before: after(9) };
    const ids = async (narrowed: object) => (await log.happened({ ...query, ...narrowed })).map(({ id }) => id);
    expect(await ids({ subjectId: 'me' })).toEqual([mine.id]);
    expect(await ids({ holding: ['"r2"', '"r3"'] })).toEqual([yours.id]);
    expect(await ids({ holding: [JSON.stringify('a "quoted" 100%_ name')] })).toEqual([mine.id, yours.id]);
    expect(await ids({ holding: ['%'], subjectId: 'you' })).toEqual([yours.id]);
    expect(await ids({ holding: ['a_quoted'] })).toEqual([]);
    expect(await ids({ holding: [] })).toEqual([]);
  });

  it('goes through the tokens that were issued, newest first, and tells where it stopped', async () => {
    const { log, record } = make();
    const realmId = uuidv7();
    const tokens = [0, 1, 2, 3, 4].map((n) =>
      buildAuditEvent({ ...at(n), realm_id: realmId, type: 'token.issued', details: { scope: n === 2 ? 'y' : 'xx' } }),
    );
    await record([
      ...tokens,
      buildAuditEvent({ ...at(1), realm_id: realmId, type: 'token.refused', details: { scope: 'xx' } }),
    ]);
    const query = { realmId, from: after(1), to: after(4), after: null, holding: 'xx', limit: 10 };
    const [, one, , three] = tokens.map(({ id }) => id);
    const ids = (part: Awaited<ReturnType<HistoryLog['issued']>>) => part.events.map(({ id }) => id);
    const all = await log.issued(query);
    expect({ ids: ids(all), next: all.lookedAtTo }).toEqual({ ids: [three, one], next: null });
    const first = await log.issued({ ...query, limit: 1 });
    expect({ ids: ids(first), next: first.lookedAtTo }).toEqual({ ids: [three], next: three });
    const second = await log.issued({ ...query, limit: 1, after: three ?? null });
    expect({ ids: ids(second), next: second.lookedAtTo }).toEqual({ ids: [one], next: one });
    const last = await log.issued({ ...query, limit: 1, after: one ?? null });
    expect({ ids: ids(last), next: last.lookedAtTo }).toEqual({ ids: [], next: null });
  });
}
