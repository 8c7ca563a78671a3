import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child, type ChildExit } from '../servers/child-process.js';
import { waitUntil } from '../servers/free-port.js';
import { productFolder } from './product-folder.js';

/** What a process of the product is started with. */
export interface NodeProcessOptions {
  /** For people: `tokens-1`. */
  readonly title: string;
  /** Arguments of node. */
  readonly args: readonly string[];
  /** Its settings; nothing named `CHANCERY_…` comes from this process's own environment. */
  readonly settings: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Answers 200 when the process is ready; null for a step that ends by itself. */
  readonly readyUrl: string | null;
  /** Told when the process ends although nobody asked for it. */
  readonly onCrash?: (process: NodeProcess, exit: ChildExit) => void;
}

const STOP_TIMEOUT_MS = 20_000;

/** One process of the product: a service, the standalone program or a migration step. */
export class NodeProcess {
  private child: Child | undefined;
  private expected = false;

  constructor(private readonly options: NodeProcessOptions) {}

  /** Another program with the same settings, to be started in place of this one. */
  alternative(args: readonly string[]): NodeProcess {
    return new NodeProcess({ ...this.options, args });
  }

  get title(): string {
    return this.options.title;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.ended === undefined;
  }

  /** Its management address, without path; null when it has none. */
  get managementUrl(): string | null {
    return this.options.readyUrl === null ? null : new URL(this.options.readyUrl).origin;
  }

  /** Starts it without waiting for anything. */
  spawn(): void {
    this.expected = false;
    const child = new Child({
      command: process.execPath,
      args: this.options.args,
      cwd: productFolder(),
      env: { ...neutralEnvironment(), NODE_ENV: 'production', ...this.options.settings },
      logFile: this.options.logFile,
    });
    this.child = child;
    void child.exited.then((exit) => {
      if (!this.expected) this.options.onCrash?.(this, exit);
    });
  }

  /** @throws Error with the end of its log when it ends or is not ready in time. */
  async waitUntilReady(timeoutMs = 60_000): Promise<void> {
    const { readyUrl } = this.options;
    if (readyUrl === null) return;
    const ready = await waitUntil(
      async () => {
        const response = await fetch(readyUrl, { signal: AbortSignal.timeout(2_000) });
        await response.arrayBuffer();
        return response.status === 200;
      },
      { timeoutMs, givenUp: () => !this.isRunning, everyMs: 60 },
    );
    if (!ready) {
      const what = this.isRunning ? `was not ready after ${String(timeoutMs / 1_000)} s` : 'ended while starting';
      throw new Error(`${this.title} ${what}:\n${this.logTail()}`);
    }
  }

  /** Waits until a step has done its work. @throws Error with the end of its log when it failed or took too long. */
  async waitUntilDone(timeoutMs = 120_000): Promise<void> {
    this.expected = true;
    const done = await waitUntil(() => Promise.resolve(!this.isRunning), { timeoutMs });
    if (!done) await this.child?.kill();
    if (this.child?.ended?.code !== 0) throw new Error(`${this.title} failed:\n${this.logTail()}`);
  }

  /** Sends a signal and waits until the process is gone: `SIGKILL` (the default) is a crash, `SIGTERM` an orderly stop. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.expected = true;
    await this.child?.stop(signal, STOP_TIMEOUT_MS);
  }

  /** Stops it in order when it runs, starts it again with the same settings and waits until it is ready. */
  async restart(): Promise<void> {
    if (this.isRunning) await this.kill('SIGTERM');
    this.spawn();
    await this.waitUntilReady();
  }

  /** The last lines that it wrote. */
  logTail(lines = 15): string {
    return readFileSync(this.options.logFile, 'utf8').trim().split('\n').slice(-lines).join('\n');
  }

  /** Everything that it wrote. */
  log(): string {
    return readFileSync(this.options.logFile, 'utf8');
  }
}

/** What a program needs of the machine, without what belongs to this process alone (Jest's variables, node's options). */
function neutralEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'];
  return Object.fromEntries(kept.map((name) => [name, process.env[name]]).filter(([, value]) => value !== undefined));
}

/** Compiles what is out of date, so that the processes run what the sources say. */
export async function buildProduct(logFolder: string): Promise<void> {
  const build = new NodeProcess({
    title: 'The build',
    args: ['scripts/build.mjs'],
    settings: {},
    logFile: join(logFolder, 'build.log'),
    readyUrl: null,
  });
  build.spawn();
  await build.waitUntilDone();
}
