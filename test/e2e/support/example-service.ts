import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#testing';

const root = join(import.meta.dirname, '..', '..', '..');
const START_TIMEOUT_MS = 30_000;

/** A service of `examples/`, as a process of its own. */
export class ExampleService {
  private output = '';

  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {
    child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** Starts one and waits until it answers. @throws Error with what it said, when it ends instead. */
  static async start(name: string, settings: Readonly<Record<string, string>>): Promise<ExampleService> {
    const port = await freePort();
    const child = spawn(process.execPath, [join(root, 'dist', 'examples', name, 'src', 'main.js')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', PORT: String(port), ...settings },
    });
    const killed = () => child.kill('SIGKILL');
    process.once('exit', killed);
    child.once('exit', () => process.off('exit', killed));
    const service = new ExampleService(`http://127.0.0.1:${String(port)}`, child);
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (Date.now() < deadline && child.exitCode === null) {
      try {
        if ((await fetch(`${service.url}/invoices/health`)).status === 200) return service;
      } catch {
        // Not listening yet.
      }
      await sleep(50);
    }
    await service.stop();
    throw new Error(`${name} did not start:\n${service.output}`);
  }

  async call(
    method: string,
    path: string,
    token?: string,
    json?: unknown,
  ): Promise<{ readonly status: number; readonly challenge: string | null; readonly body: unknown }> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: json === undefined ? null : JSON.stringify(json),
    });
    const text = await response.text();
    return {
      status: response.status,
      challenge: response.headers.get('www-authenticate'),
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await exited;
    clearTimeout(timer);
  }
}
