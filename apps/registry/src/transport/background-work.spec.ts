import { describe, expect, it } from '@jest/globals';
import { EnsureAdministrator, EnsureRoleAssignment } from '#contracts';
import { AppError } from '#errors';
import { Readiness, SilentLogger } from '#observability';
import { ForgetOldAnswers } from '../application/forget-old-answers.js';
import { ForgetOldTombstones } from '../application/forget-old-tombstones.js';
import { InMemoryRegistry } from '../testing/in-memory-registry.js';
import { TestBench } from '../testing/test-bench.js';
import { BackgroundWork } from './background-work.js';

function start(bench: TestBench<InMemoryRegistry>) {
  const readiness = new Readiness();
  const work = new BackgroundWork(
    bench.ensureMasterRealm,
    bench.giveUpStaleProvisions,
    new ForgetOldTombstones(bench.adapters.transactions),
    new ForgetOldAnswers(bench.adapters.answers, bench.clock),
    readiness,
    new SilentLogger(),
  );
  work.onApplicationBootstrap();
  return { readiness, work };
}

describe('BackgroundWork', () => {
  it('tries until the other services answer; until then the registry is not ready', async () => {
    const bench = new TestBench(new InMemoryRegistry());
    let tries = 0;
    bench.messages
      .on(EnsureRoleAssignment, () => ({}))
      .on(EnsureAdministrator, () => {
        tries += 1;
        if (tries < 3) throw new AppError('unavailable');
        return { userId: '01890000-0000-7000-8000-0000000000aa', created: true };
      });
    const { readiness, work } = start(bench);
    expect(await readiness.report()).toEqual({ ready: false, checks: { master_realm: false } });
    while (!(await readiness.report()).ready) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(tries).toBe(3);
    await work.beforeApplicationShutdown();
  });

  it('stops at once, also while it waits for the next try', async () => {
    const { work } = start(new TestBench(new InMemoryRegistry()));
    await new Promise((resolve) => setTimeout(resolve, 30));
    const started = performance.now();
    await work.beforeApplicationShutdown();
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
