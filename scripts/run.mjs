// Builds what is out of date, then runs a compiled program with the pinned Node: node scripts/run.mjs <file in dist> [arguments]
// Runs on any Node 20 or later with nothing but the installed packages.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const SETPRIV = '/usr/bin/setpriv';
/** A Ctrl-C comes from the terminal and once more from npm: what follows this soon is the same one. */
const SAME_SIGNAL_MS = 1_000;

/** The Node that package.json pins; the one that runs this when it is not installed. */
export function pinnedNode() {
  const path = join(root, 'node_modules', 'node', 'bin', 'node');
  return existsSync(path) ? path : process.execPath;
}

/** Brings dist/ up to date, with a line when there is something to do. */
export async function buildIfNeeded() {
  const started = performance.now();
  let files = 0;
  await build({
    onStart(count) {
      files = count;
      process.stderr.write(`Compiling ${count} files ... `);
    },
  });
  if (files > 0) process.stderr.write(`${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

/**
 * Runs a program in a process group of its own, hands every signal on once, and resolves with its exit code.
 * @param {string} file
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
export async function runProgram(file, args) {
  // Compiled by now: whoever runs a program has built it first.
  const { NODE_OPTIONS } = await import('#topology');
  const command = [pinnedNode(), ...NODE_OPTIONS, join(root, file), ...args];
  // Where the kernel can, the program ends with this process even when this process is killed with -9.
  const guard = existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'KILL', '--'] : [];
  const [program, ...rest] = [...guard, ...command];
  const child = spawn(program, rest, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  let last = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      const now = Date.now();
      if (now - last < SAME_SIGNAL_MS) return;
      last = now;
      child.kill(signal);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [file, ...args] = process.argv.slice(2);
  if (file === undefined) {
    console.error('Usage: node scripts/run.mjs <file in dist> [arguments]');
    process.exit(2);
  }
  try {
    await buildIfNeeded();
    process.exit(await runProgram(file, args));
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
