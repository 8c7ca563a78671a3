import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from '../leaf/canonical-json.js';
import { signCheckpoint } from '../note/checkpoint.js';
import {
  eventOf,
  indexOfLine,
  type Json,
  linesOf,
  logOf,
  parsed,
  problemOf,
  REALM,
  signer,
  verified,
} from '../testing/exports.js';
import { newSigner } from '../testing/memory-log.js';
import { proveConsistency } from '../tree/prove.js';
import { TreeReader } from '../tree/tree-reader.js';

describe('a checkpoint that was kept', () => {
  it('is a part of the log, or the log was rewritten', async () => {
    const log = logOf(300, 50);
    const [kept] = await log.checkpoints(150, 151);
    const note = kept?.note ?? '';
    expect((await verified(await linesOf(log), { kept: [{ note }] })).ok).toBe(true);
    const rewritten = logOf(300, 50);
    expect(problemOf(await verified(await linesOf(rewritten), { kept: [{ note }] }))).toMatchObject({
      kind: 'history',
      message: expect.stringContaining('the first 150 records'),
    });
  });

  it('is larger than a log that was cut back', async () => {
    const { note } = logOf(300).end;
    expect(problemOf(await verified(await linesOf(logOf(200)), { kept: [{ note }] }))).toMatchObject({
      kind: 'history',
    });
  });

  it('needs a consistency proof where the export does not pass it by', async () => {
    const log = logOf(300, 50);
    const [kept] = await log.checkpoints(150, 151);
    const note = kept?.note ?? '';
    log.retire([[120, 200]]);
    const lines = await linesOf(log);
    expect(await verified(lines, { kept: [{ note }] })).toMatchObject({
      ok: true,
      report: { notes: [expect.stringContaining('not compared')] },
    });
    const path = await proveConsistency(new TreeReader(log.tree, 301), 150);
    expect((await verified(lines, { kept: [{ note, proof: { size1: 150, size2: 301, path } }] })).ok).toBe(true);
    for (const proof of [
      { size1: 151, size2: 301, path },
      { size1: 150, size2: 301, path: path.slice(1) },
    ]) {
      expect(problemOf(await verified(lines, { kept: [{ note, proof }] }))).toMatchObject({ kind: 'history' });
    }
  });

  it('is no use when it is not signed with the key, or is of another log', async () => {
    const log = logOf(3);
    const foreign = newSigner('chancery/audit/other');
    const note = signCheckpoint({ origin: foreign.verifier.name, size: 2, rootHash: log.tree.range.root() }, foreign);
    await expect(verified([], { kept: [{ note }] })).rejects.toThrow('not signed with the given key');
    const keys = [signer.verifier, foreign.verifier];
    expect(problemOf(await verified(await linesOf(log), { keys, kept: [{ note }] }))).toMatchObject({
      message: 'the kept checkpoint is of another log',
    });
  });
});

describe('records that are gone', () => {
  it('are missing when what tells of them stood there before they did', async () => {
    const log = logOf(30);
    log.add({ type: 'audit.retention_applied', realm_id: REALM, details: { events: 1, leaves: [[40, 40]] } });
    for (let at = 31; at < 60; at += 1) log.add(eventOf(at));
    log.sign();
    log.drop(40, 41);
    expect(problemOf(await verified(await linesOf(log)))).toMatchObject({ kind: 'missing', firstIndex: 40 });
  });

  it('are missing when no record tells of their retention, or of others only', async () => {
    const log = logOf(100);
    log.retire([[10, 20]]);
    log.drop(15, 25);
    log.drop(40, 41);
    expect(problemOf(await verified(await linesOf(log)))).toMatchObject({ kind: 'missing', firstIndex: 20 });
    const alone = logOf(100);
    alone.drop(7, 8);
    expect(problemOf(await verified(await linesOf(alone)))).toMatchObject({
      kind: 'missing',
      firstIndex: 7,
      lastIndex: 7,
    });
  });

  it('are told of by number when there are too many ranges to name', async () => {
    const log = logOf(100);
    log.drop(10, 20);
    log.add({ type: 'audit.retention_applied', realm_id: REALM, details: { events: 8, leaves: [[10, 14]] } });
    log.sign();
    expect(problemOf(await verified(await linesOf(log)))).toMatchObject({ firstIndex: 18 });
    log.add({ type: 'audit.retention_applied', realm_id: REALM, details: { events: 2, leaves: 'garbage' } });
    log.sign();
    expect(await verified(await linesOf(log))).toMatchObject({ ok: true, report: { dropped: 10 } });
  });
});

describe('personal data', () => {
  const tombstone = { ...eventOf(0), id: 'tombstone', type: 'audit.personal_data_erased', subject_id: 'user-3' };

  it('may be erased when a later record tells of it', async () => {
    const log = logOf(100);
    log.add(tombstone);
    log.sign();
    for (let at = 3; at < 100; at += 7) log.erase(at);
    expect(await verified(await linesOf(log))).toMatchObject({ ok: true, report: { erased: 14, notes: [] } });
  });

  it('may not vanish otherwise', async () => {
    const log = logOf(100);
    log.add(tombstone);
    log.sign();
    log.erase(3);
    log.erase(5);
    expect(problemOf(await verified(await linesOf(log)))).toMatchObject({
      kind: 'unaccounted',
      firstIndex: 5,
      eventId: 'event-5',
    });
  });

  it('may not be exchanged', async () => {
    const lines = await linesOf(logOf(3));
    const line = lines.findIndex((_, at) => indexOfLine(lines, at) === 1);
    const record = parsed(lines[line]);
    const forged = { ...record, personal: { ...(record['personal'] as Json), ip: '203.0.113.9' } };
    expect(problemOf(await verified(lines.with(line, `${canonicalJson(forged)}\n`)))).toMatchObject({
      kind: 'altered',
      firstIndex: 1,
    });
  });
});
