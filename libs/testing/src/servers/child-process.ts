import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { constants } from 'node:os';

/** How a child process is started. */
export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Standard output and error go here; without it they are thrown away. */
  readonly logFile?: string;
}

/** How a child ended. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const SETPRIV = '/usr/bin/setpriv';
const children = new Set<Child>();
const folders = new Set<string>();
let hooked = false;

/**
 * A child process that never outlives this one: it is killed when this process exits for whatever reason. Where the kernel
 * can do that by itself (Linux, `PR_SET_PDEATHSIG`) even `kill -9` of this process takes it along. It runs in its own
 * process group, so that a Ctrl-C at the terminal reaches only this process, which then stops its children in order.
 */
export class Child {
  /** Resolves when the process has ended. */
  readonly exited: Promise<ChildExit>;
  private exit: ChildExit | undefined;
  private readonly process: ChildProcess;

  constructor(readonly options: ChildOptions) {
    hookExit();
    const dieWithParent = process.platform === 'linux' && existsSync(SETPRIV);
    const log = options.logFile === undefined ? 'ignore' : openSync(options.logFile, 'a');
    this.process = spawn(
      dieWithParent ? SETPRIV : options.command,
      dieWithParent ? ['--pdeathsig', 'KILL', '--', options.command, ...options.args] : [...options.args],
      {
        stdio: ['ignore', log, log],
        detached: true,
        env: options.env ?? process.env,
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        ...(options.uid === undefined ? {} : { uid: options.uid }),
        ...(options.gid === undefined ? {} : { gid: options.gid }),
      },
    );
    if (typeof log === 'number') closeSync(log);
    children.add(this);
    this.exited = new Promise((resolve) => {
      const settle = (exit: ChildExit): void => {
        this.exit ??= exit;
        children.delete(this);
        resolve(this.exit);
      };
      this.process.once('exit', (code, signal) => {
        settle({ code, signal });
      });
      this.process.once('error', () => {
        settle({ code: 127, signal: null });
      });
    });
    // The child must not keep this process alive by itself: whoever waits for it holds the event loop.
    this.process.unref();
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** How it ended, or undefined while it runs. */
  get ended(): ChildExit | undefined {
    return this.exit;
  }

  /** Sends a signal to the process; nothing happens when it has ended. */
  signal(signal: NodeJS.Signals): void {
    if (this.exit === undefined) this.process.kill(signal);
  }

  /** Kills it at once (SIGKILL) and waits until it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    this.process.ref();
    await this.exited;
  }

  /** Asks it to end with `signal`, and kills it when it has not after `timeoutMs`. */
  async stop(signal: NodeJS.Signals, timeoutMs: number): Promise<ChildExit> {
    this.process.ref();
    this.signal(signal);
    const timer = setTimeout(() => {
      this.signal('SIGKILL');
    }, timeoutMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /** For the last moment of this process, when nothing asynchronous runs any more. */
  killNow(): void {
    this.signal('SIGKILL');
  }
}

/** Removes a temporary folder when this process exits, if nobody did before. */
export function removeAtExit(folder: string): void {
  hookExit();
  folders.add(folder);
}

/** Removes a temporary folder now. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  folders.delete(folder);
}

function cleanUp(): void {
  for (const child of children) child.killNow();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

function hookExit(): void {
  if (hooked) return;
  hooked = true;
  process.on('exit', cleanUp);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // Somebody else handles the signal and will exit in order; the exit hook does the rest.
      if (process.listenerCount(signal) > 1) return;
      process.exit(128 + constants.signals[signal]);
    });
  }
}
