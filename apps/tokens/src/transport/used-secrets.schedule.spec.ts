import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AppError } from '#errors';
import { ReportUsedSecrets } from '../application/report-used-secrets.js';
import { World } from '../testing/world.js';
import { UsedSecretsSchedule } from './used-secrets.schedule.js';

describe('UsedSecretsSchedule', () => {
  let world: World;
  let schedule: UsedSecretsSchedule;

  beforeEach(() => {
    jest.useFakeTimers();
    world = new World();
    world.messages.answer = () => ({ busy: [] });
    schedule = new UsedSecretsSchedule(new ReportUsedSecrets(world.usedSecrets, world.messages), world.logger);
    schedule.onApplicationBootstrap();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const reports = (): number => world.messages.calls.length;

  it('reports every few seconds, and nothing when nothing was used', async () => {
    await jest.advanceTimersByTimeAsync(20_000);
    expect(reports()).toBe(0);
    world.usedSecrets.note('r', 's', Date.now());
    await jest.advanceTimersByTimeAsync(5_000);
    expect(reports()).toBe(1);
    await jest.advanceTimersByTimeAsync(20_000);
    expect(reports()).toBe(1);
    await schedule.beforeApplicationShutdown();
  });

  it('tries again after a failure', async () => {
    world.usedSecrets.note('r', 's', Date.now());
    world.messages.answer = () => {
      throw new AppError('unavailable');
    };
    await jest.advanceTimersByTimeAsync(5_000);
    world.messages.answer = () => ({ busy: [] });
    await jest.advanceTimersByTimeAsync(20_000);
    expect(reports()).toBe(2);
    expect(world.logger.lines).toHaveLength(1);
    await schedule.beforeApplicationShutdown();
  });

  it('reports once more when the service stops, and never afterwards', async () => {
    world.usedSecrets.note('r', 's', Date.now());
    await schedule.beforeApplicationShutdown();
    expect(reports()).toBe(1);
    world.usedSecrets.note('r', 't', Date.now());
    await jest.advanceTimersByTimeAsync(60_000);
    expect(reports()).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});
