import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { RequestOf, TouchClientSecrets } from '#contracts';
import { AppError } from '#errors';
import { ReportUsedSecrets } from '../application/report-used-secrets.js';
import { World } from '../testing/world.js';
import { UsedSecretsSchedule } from './used-secrets.schedule.js';

const EVERY_MS = 5_000;

describe('UsedSecretsSchedule', () => {
  let world: World;
  let schedule: UsedSecretsSchedule;

  beforeEach(() => {
    world = new World();
    world.messages.answer = () => ({ busy: [] });
    const report = new ReportUsedSecrets(world.usedSecrets, world.messages);
    schedule = new UsedSecretsSchedule(world.usedSecrets, report, world.logger);
    schedule.onApplicationBootstrap();
  });
  afterEach(async () => {
    jest.useRealTimers();
    await schedule.beforeApplicationShutdown();
  });

  const reports = (): string[][] =>
    world.messages.calls.map(({ request }) =>
      (request as RequestOf<typeof TouchClientSecrets>).uses.map(({ secretId }) => secretId),
    );
  const use = (secretId: string): void => {
    world.usedSecrets.note('r', secretId, 0);
  };
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  const refuse = (): never => {
    throw new AppError('unavailable');
  };
  const failOnce = async (): Promise<void> => {
    world.messages.answer = refuse;
    use('first');
    await until(() => world.logger.lines.length === 1);
    world.messages.answer = () => ({ busy: [] });
  };

  it('reports a use at once, and all of one turn together', async () => {
    use('a');
    use('b');
    expect(reports()).toEqual([]);
    await until(() => reports().length > 0);
    expect(reports()).toEqual([['a', 'b']]);
  });

  it('reports what is used during a report, or just afterwards, with the next one', async () => {
    let answer: (value: object) => void = () => undefined;
    world.messages.answer = () => new Promise<object>((resolve) => (answer = resolve)) as never;
    use('a');
    await until(() => reports().length === 1);
    use('b');
    world.messages.answer = () => ({ busy: [] });
    answer({ busy: [] });
    use('c');
    await until(() => reports().length > 1);
    expect(reports()).toEqual([['a'], ['b', 'c']]);
  });

  it('asks nobody again and again while reports do not arrive', async () => {
    await failOnce();
    for (let count = 0; count < 20; count += 1) {
      use(String(count));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(reports()).toEqual([['first']]);
  });

  it('reports once more when the service stops, and never afterwards', async () => {
    await failOnce();
    use('second');
    await schedule.beforeApplicationShutdown();
    expect(reports()).toEqual([['first'], ['first', 'second']]);
    use('third');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(reports()).toHaveLength(2);
    world.usedSecrets.take();
  });

  it('tries again every few seconds what did not arrive, and reports at once again when that has', async () => {
    await schedule.beforeApplicationShutdown();
    jest.useFakeTimers();
    const report = new ReportUsedSecrets(world.usedSecrets, world.messages);
    schedule = new UsedSecretsSchedule(world.usedSecrets, report, world.logger);
    world.messages.answer = refuse;
    use('first');
    schedule.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(EVERY_MS);
    expect(world.logger.lines).toHaveLength(1);
    world.messages.answer = () => ({ busy: [] });
    await jest.advanceTimersByTimeAsync(EVERY_MS);
    expect(reports()).toEqual([['first'], ['first']]);
    await jest.advanceTimersByTimeAsync(EVERY_MS * 4);
    expect(reports()).toHaveLength(2);
    jest.useRealTimers();
    use('second');
    await until(() => reports().length > 2);
    expect(reports()[2]).toEqual(['second']);
  });
});
