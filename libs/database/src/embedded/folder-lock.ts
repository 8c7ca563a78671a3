import { OperatorError } from '#errors';
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { hostname } from 'node:os';

/** How long a lock of another host (a container that shares the volume) counts while its socket does not answer yet. */
const FOREIGN_GRACE_MS = 15_000;

interface Holder {
  readonly pid: number;
  /** When the process started, in ticks since boot: a later process may get the same pid. Empty where it is not known. */
  readonly startedAt: string;
  readonly hostname: string;
  readonly socketPath: string;
  readonly nonce: string;
}

/** Locks of this very process: its pid says nothing about them. */
const held = new Set<string>();

/**
 * Locks a folder for this process through a file that names the holder. Node has no file locks, so a holder that was killed
 * leaves the file behind; whether it lives is judged by its process, or, from another host or container, by its socket.
 *
 * @returns what gives the lock back.
 * @throws OperatorError that says who holds it.
 */
export async function lockFolder(path: string, socketPath: string): Promise<() => void> {
  const holder: Holder = {
    pid: process.pid,
    startedAt: processStart(process.pid),
    hostname: hostname(),
    socketPath,
    nonce: randomUUID(),
  };
  const content = JSON.stringify(holder);
  while (!create(path, content)) {
    const present = read(path);
    if (present === undefined) continue;
    if (await isAlive(present.holder, path)) {
      throw new OperatorError(
        `the data folder is in use by process ${present.holder.pid} on ${present.holder.hostname} (${path}); ` +
          'one process at a time may run on it',
      );
    }
    takeAway(path, present.content);
  }
  held.add(holder.nonce);
  return () => {
    held.delete(holder.nonce);
    if (read(path)?.content === content) rmSync(path, { force: true });
  };
}

function create(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

function read(path: string): { readonly content: string; readonly holder: Holder } | undefined {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    return { content, holder: JSON.parse(content) as Holder };
  } catch {
    // Killed between making and writing the file.
    return { content, holder: { pid: 0, startedAt: '', hostname: hostname(), socketPath: '', nonce: '' } };
  }
}

async function isAlive(holder: Holder, path: string): Promise<boolean> {
  if (holder.hostname === hostname()) {
    if (holder.pid === process.pid && holder.startedAt === processStart(process.pid)) return held.has(holder.nonce);
    if (holder.pid > 0 && isRunning(holder.pid) && processStart(holder.pid) === holder.startedAt) return true;
  }
  if (holder.socketPath !== '' && (await answers(holder.socketPath))) return true;
  if (holder.hostname === hostname()) return false;
  // It may be starting and not listen yet.
  const waitMs = ageLimit(path) - Date.now();
  if (waitMs <= 0) return false;
  await new Promise((resolve) => setTimeout(resolve, Math.min(waitMs, 500)));
  return isAlive(holder, path);
}

function ageLimit(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) + FOREIGN_GRACE_MS;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, 'EPERM');
  }
}

/** Field 22 of `/proc/<pid>/stat`; empty where there is no such file system. */
function processStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => end(true));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

/** Takes a dead holder's file away, but puts it back if it was replaced by a living one's in this very moment. */
function takeAway(path: string, judged: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    throw error;
  }
  if (readFileSync(aside, 'utf8') !== judged) linkSync(aside, path);
  rmSync(aside, { force: true });
}

function isErrno(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
