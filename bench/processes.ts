import { NODE_OPTIONS } from '#topology';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Linux counts CPU time in ticks of 1/100 s (sysconf(_SC_CLK_TCK) on every platform Node supports). */
const MICROSECONDS_PER_TICK = 10_000;

/** CPU time that a process and its threads have used, in microseconds; 0 when it is gone. */
export function cpuMicroseconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * MICROSECONDS_PER_TICK;
  } catch {
    return 0;
  }
}

/** CPU time that the whole machine has spent not idle since it started, in microseconds (`/proc/stat`). */
export function machineCpuMicroseconds(): number {
  const [user, nice, system, , , irq, softirq] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '')
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  const ticks = [user, nice, system, irq, softirq].reduce<number>((sum, value) => sum + (value ?? 0), 0);
  return ticks * MICROSECONDS_PER_TICK;
}

/** Memory of processes that is in RAM, in megabytes (`VmRSS`). */
export function residentMegabytes(pids: readonly number[]): number {
  const kilobytes = pids.map((pid) => {
    try {
      return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    } catch {
      return 0;
    }
  });
  return kilobytes.reduce((sum, value) => sum + value, 0) / 1_024;
}

/** Every descendant of a process, for servers that fork (PostgreSQL). */
export function withDescendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    return [pid, ...children.flatMap((child) => withDescendants(Number(child)))];
  } catch {
    return [pid];
  }
}

/** A peer that runs and what it printed when it was ready. */
export interface RunningPeer {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly ready: Readonly<Record<string, unknown>>;
}

/** Starts a program of this folder and waits (10 s at most) for its first line, a JSON object. */
export async function startPeer(file: string, ...args: string[]): Promise<RunningPeer> {
  const child = spawn(process.execPath, [...NODE_OPTIONS, fileURLToPath(new URL(file, import.meta.url)), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  process.once('exit', () => child.kill('SIGKILL'));
  const ready = await firstLine(child, 10_000);
  return { process: child, pid: child.pid ?? 0, ready };
}

/** Waits for the first line a program prints and parses it. */
export async function firstLine(child: ChildProcess, timeoutMs: number): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error('the program printed nothing in time')), timeoutMs);
    child.once('exit', (code) => reject(new Error(`the program ended with code ${code}`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      for (const line of text.split('\n').slice(0, -1)) {
        if (!line.startsWith('{')) continue;
        clearTimeout(timer);
        resolve(JSON.parse(line) as Record<string, unknown>);
        return;
      }
    });
  });
}
