import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, removeAtExit, removeFolder } from './child-process.js';
import { freePort, waitUntil } from './free-port.js';

/** A server of one's own: in a temporary folder, on a free port of 127.0.0.1, gone with this process. */
export interface PrivateServer {
  readonly url: string;
  /** Everything that it keeps, and its log. */
  readonly folder: string;
  /** Its process, for measuring; 0 while it is away. */
  readonly pid: number;
  /** Ends it at once (SIGKILL). */
  kill(): Promise<void>;
  /** Starts it again after `kill`, or stops and starts it: same port, same data, same passwords. */
  restart(): Promise<void>;
  /** Ends it in order and removes its folder. */
  stop(): Promise<void>;
}

/** What differs between the servers. */
export interface ServerRecipe {
  readonly name: string;
  readonly uid?: number;
  readonly gid?: number;
  /** The signal that ends it in order. */
  readonly stopSignal: NodeJS.Signals;
  command(port: number, folder: string): { readonly command: string; readonly args: readonly string[] };
  url(port: number): string;
  /** Resolves true when it answers. */
  isReady(port: number): Promise<boolean>;
}

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;

/** A new temporary folder, in another than the usual place if wanted, that is removed with this process at the latest. */
export function temporaryFolder(name: string, parent = tmpdir()): string {
  const folder = mkdtempSync(join(parent, `chancery-${name}-`));
  removeAtExit(folder);
  return folder;
}

/**
 * Starts a server of the recipe and waits until it answers.
 *
 * @throws Error with the end of its log when it does not start.
 */
export async function startPrivateServer(recipe: ServerRecipe, folder: string): Promise<PrivateServer> {
  // Somebody may take the port between the look and the start: then another one is tried.
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      const child = await start(recipe, folder, port);
      return handle(recipe, folder, port, child);
    } catch (error) {
      if (attempt === 3) {
        removeFolder(folder);
        throw error;
      }
    }
  }
}

function handle(recipe: ServerRecipe, folder: string, port: number, first: Child): PrivateServer {
  let child = first;
  return {
    url: recipe.url(port),
    folder,
    get pid() {
      return child.ended === undefined ? (child.pid ?? 0) : 0;
    },
    async kill() {
      await child.kill();
    },
    async restart() {
      if (child.ended === undefined) await child.stop(recipe.stopSignal, STOP_TIMEOUT_MS);
      // What a killed server left running (PostgreSQL's backends) may need a moment to notice.
      for (let attempt = 1; ; attempt += 1) {
        try {
          child = await start(recipe, folder, port);
          return;
        } catch (error) {
          if (attempt === 5) throw error;
        }
      }
    },
    async stop() {
      if (child.ended === undefined) await child.stop(recipe.stopSignal, STOP_TIMEOUT_MS);
      removeFolder(folder);
    },
  };
}

async function start(recipe: ServerRecipe, folder: string, port: number): Promise<Child> {
  const logFile = join(folder, 'server.log');
  const child = new Child({
    ...recipe.command(port, folder),
    cwd: folder,
    logFile,
    ...(recipe.uid === undefined ? {} : { uid: recipe.uid }),
    ...(recipe.gid === undefined ? {} : { gid: recipe.gid }),
  });
  const ready = await waitUntil(() => recipe.isReady(port), {
    timeoutMs: START_TIMEOUT_MS,
    givenUp: () => child.ended !== undefined,
  });
  // An answer on the port while our own process is gone came from somebody else.
  if (ready && child.ended === undefined) return child;
  await child.kill();
  const log = readFileSync(logFile, 'utf8').trim().split('\n').slice(-8).join('\n');
  throw new Error(`${recipe.name} did not start on port ${String(port)}:\n${log}`);
}
