import type { Cluster, NodeProcess, PrivateServer } from '#testing';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault-plan.js';
import type { NoAnswer } from './no-answer.js';

/** A gateway says that it is ready a moment before it listens. */
const STARTING_MS = 2_000;

interface Absence {
  readonly base: string;
  readonly from: number;
  to: number;
}

/** Makes processes and servers of a cluster fail, and remembers which gateway was dead when. */
export class Striker {
  private readonly absences: Absence[] = [];

  constructor(
    private readonly cluster: Cluster,
    private readonly readyWithinMs: number,
  ) {}

  async strike({ target, index, how, forMs }: Fault): Promise<void> {
    if (target === 'nats' || target === 'postgres' || target === 'redis') {
      await this.strikeServer(target, how, forMs);
      return;
    }
    const processes = this.cluster.processes(target);
    const victim = processes[index % processes.length];
    if (victim?.pid === undefined) throw new Error(`The cluster has no ${target}.`);
    if (how === 'SIGSTOP') {
      await standStill(victim.pid, forMs);
      return;
    }
    const base = target === 'gateway' ? this.cluster.baseUrls[index % processes.length] : undefined;
    const absence = base === undefined ? undefined : this.begin(base);
    await victim.kill('SIGKILL');
    await sleep(forMs);
    victim.spawn();
    if (absence !== undefined) void this.end(absence, victim);
  }

  /** Of the requests without answer those whose gateway lived all the time: nobody may close a connection under these. */
  unexplained(all: readonly NoAnswer[]): readonly NoAnswer[] {
    return all.filter(
      ({ base, sentAt, endedAt }) =>
        !this.absences.some((each) => each.base === base && each.from <= endedAt && each.to >= sentAt),
    );
  }

  private begin(base: string): Absence {
    const absence = { base, from: performance.now(), to: Number.POSITIVE_INFINITY };
    this.absences.push(absence);
    return absence;
  }

  private async end(absence: Absence, victim: NodeProcess): Promise<void> {
    try {
      await victim.waitUntilReady(this.readyWithinMs);
      absence.to = performance.now() + STARTING_MS;
    } catch {
      // The test waits for it too, and says so.
    }
  }

  private async strikeServer(target: 'nats' | 'postgres' | 'redis', how: Fault['how'], forMs: number): Promise<void> {
    const server: PrivateServer | null = this.cluster[target];
    if (server === null) throw new Error(`The cluster has no ${target} of its own.`);
    if (how === 'SIGSTOP') {
      await standStill(server.pid, forMs);
      return;
    }
    await server.kill();
    await sleep(forMs);
    await server.restart();
  }
}

/** Stops a process and all it has started for a while: PostgreSQL works in many. */
async function standStill(pid: number, forMs: number): Promise<void> {
  signal(pid, 'SIGSTOP');
  await sleep(forMs);
  signal(pid, 'SIGCONT');
}

function signal(pid: number, name: NodeJS.Signals): void {
  for (const each of family(pid)) {
    try {
      process.kill(each, name);
    } catch {
      // Gone meanwhile.
    }
  }
}

function family(pid: number): readonly number[] {
  try {
    const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').trim();
    return [
      pid,
      ...children
        .split(' ')
        .filter(Boolean)
        .flatMap((child) => family(Number(child))),
    ];
  } catch {
    return [];
  }
}
