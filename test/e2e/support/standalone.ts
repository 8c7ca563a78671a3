import { NODE_OPTIONS } from '#topology';
import { freePort } from '#testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Shape } from './shape.js';

const START_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 15_000;

/** The one-process program, on a data folder of its own that outlives its crashes. */
export class Standalone {
  private child: ChildProcess | undefined;
  private expected = false;
  /** Beside the folder's disk, which a test may fill. */
  private readonly logFile: string;

  private constructor(
    private readonly root: string,
    private readonly folder: string,
    private readonly port: number,
    private readonly adminPassword: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {
    this.logFile = join(tmpdir(), `${basename(folder)}.log`);
  }

  /**
   * Starts it in a new folder and waits until it is ready. `root` is the product's folder; it must have been built.
   *
   * @param options.parent where its folder is made; the usual place for temporary files by default. @param options.env more settings.
   */
  static async start(
    root: string,
    options: {
      readonly parent?: string;
      readonly env?: Readonly<Record<string, string>>;
      readonly password?: string;
    } = {},
  ): Promise<Standalone> {
    const folder = mkdtempSync(join(options.parent ?? tmpdir(), 'chancery-e2e-'));
    const password = options.password ?? randomBytes(18).toString('base64url');
    const program = new Standalone(root, folder, await freePort(), password, options.env ?? {});
    await program.run();
    return program;
  }

  /** How clients reach it. */
  get shape(): Shape {
    const { baseUrl, adminPassword } = this;
    return { kind: 'standalone', baseUrls: [baseUrl], adminUsername: 'admin', adminPassword };
  }

  /** Starts it (again), with other settings if wanted, and waits until it is ready. @throws Error with the end of its log. */
  async run(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const log = openSync(this.logFile, 'a');
    const child = spawn(process.execPath, [...NODE_OPTIONS, join(this.root, 'dist/apps/standalone/src/main.js')], {
      cwd: this.root,
      stdio: ['ignore', log, log],
      env: {
        // Settings of the machine must not reach the program under test.
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CHANCERY_'))),
        CHANCERY_DATA_DIR: this.dataFolder,
        CHANCERY_HTTP_PORT: String(this.port),
        CHANCERY_PUBLIC_URL: this.baseUrl,
        CHANCERY_ADMIN_USERNAME: 'admin',
        CHANCERY_ADMIN_PASSWORD: this.adminPassword,
        // The receivers of tests are on this machine.
        CHANCERY_WEBHOOK_ALLOW_HTTP: 'true',
        CHANCERY_WEBHOOK_ALLOW_PRIVATE_ADDRESSES: 'true',
        ...this.env,
        ...env,
      },
    });
    closeSync(log);
    this.child = child;
    this.expected = false;
    const killed = () => child.kill('SIGKILL');
    process.once('exit', killed);
    child.once('exit', (code, signal) => {
      process.off('exit', killed);
      // Past Jest, which would add a stack to it.
      if (!this.expected) process.stderr.write(`standalone ended (${String(code ?? signal)}):\n${this.logEnd()}\n`);
    });
    if (await this.isReady(child)) return;
    await this.stop();
    throw new Error('The standalone program did not become ready.');
  }

  /** Ends it without warning, as a crash or a power cut would. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** Ends it in order and removes its folder. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(this.logFile, { force: true });
  }

  private get baseUrl(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  /** Everything that it keeps. */
  get dataFolder(): string {
    return join(this.folder, 'data');
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Everything that it wrote. */
  log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  private logEnd(): string {
    return readFileSync(this.logFile, 'utf8').split('\n').slice(-30).join('\n');
  }

  private async isReady(child: ChildProcess): Promise<boolean> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
      try {
        if ((await fetch(`${this.baseUrl}/health/ready`)).status === 200) return true;
      } catch {
        // Not listening yet.
      }
      await sleep(50);
    }
    return false;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    this.expected = true;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  }
}
