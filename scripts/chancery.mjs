#!/usr/bin/env node
// The command line: `npx chancery <command>`. Builds what is out of date and runs it with the pinned Node; runs itself on any Node 20
// or later.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfNeeded, pinnedNode } from './run.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
try {
  await buildIfNeeded();
  const program = join(root, 'dist', 'scripts', 'chancery.js');
  const child = spawn(pinnedNode(), [program, ...process.argv.slice(2)], { stdio: 'inherit' });
  child.once('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
