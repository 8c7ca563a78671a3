import { TouchClientSecrets, type RequestOf } from '#contracts';
import { AppError } from '#errors';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ID, World } from '../testing/world.js';
import { ReportUsedSecrets } from './report-used-secrets.js';

type Touch = RequestOf<typeof TouchClientSecrets>;

describe('ReportUsedSecrets', () => {
  let world: World;
  let report: ReportUsedSecrets;

  beforeEach(() => {
    world = new World();
    report = new ReportUsedSecrets(world.usedSecrets, world.messages);
    world.messages.answer = () => ({ busy: [] });
  });

  const execute = () => report.execute(world.context());
  const sent = (): Touch['uses'][] => world.messages.calls.map(({ request }) => (request as Touch).uses);

  it('reports the secrets that clients authenticated with, in one call, however many tokens they got', async () => {
    for (let count = 0; count < 20; count += 1) await world.issue();
    await execute();
    await execute();
    expect(world.messages.calls.map(({ subject }) => subject)).toEqual([TouchClientSecrets.subject]);
    expect(sent()).toEqual([[{ realmId: ID.realm, secretId: ID.secret, usedAt: '2026-03-01T12:00:00.000Z' }]]);
  });

  it('reports a secret that proved who the client is, also when the token is refused then', async () => {
    await world.refusal(world.request({ scope: 'not:held' }));
    await execute();
    expect(sent()).toHaveLength(1);
  });

  it('reports none that was wrong, expired, or of a disabled client', async () => {
    await world.refusal(world.request({}, { authorization: world.basic('app', 'wrong') }));
    const [secret] = world.client().secrets;
    if (secret === undefined) throw new Error('no secret');
    world.client({ secrets: [{ ...secret, expiresAt: '2026-03-01T12:00:00.000Z' }] });
    await world.refusal();
    world.client({ enabled: false });
    await world.refusal();
    await execute();
    expect(sent()).toEqual([]);
  });

  it('keeps what could not be reported, and what the registry was changing, for the next time', async () => {
    await world.issue();
    world.messages.answer = () => {
      throw new AppError('unavailable');
    };
    await expect(execute()).rejects.toMatchObject({ code: 'unavailable' });
    world.messages.answer = () => ({ busy: [ID.secret] });
    await execute();
    world.messages.answer = () => ({ busy: [] });
    await execute();
    await execute();
    expect(sent()).toHaveLength(3);
    expect(new Set(sent().map((uses) => JSON.stringify(uses))).size).toBe(1);
  });

  it('divides many over calls, and does not send again those that arrived before one failed', async () => {
    for (let count = 0; count < 1_200; count += 1) world.usedSecrets.note(ID.realm, String(count), 0);
    world.messages.answer = () => {
      if (world.messages.calls.length === 2) throw new AppError('unavailable');
      return { busy: [] };
    };
    await expect(execute()).rejects.toThrow();
    await execute();
    expect(sent().map(({ length }) => length)).toEqual([500, 500, 500, 200]);
    expect(new Set(sent().flatMap((uses) => uses.map(({ secretId }) => secretId))).size).toBe(1_200);
  });
});
