import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';

/** A server program and the Debian package it comes in. */
export interface Program {
  readonly name: string;
  readonly debianPackage: string;
  /** Where else than in PATH it may be. */
  readonly folders?: () => readonly string[];
}

function postgresFolders(): readonly string[] {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, 'bin'));
}

/** The programs of the three backends. */
export const PROGRAMS = {
  postgres: { name: 'postgres', debianPackage: 'postgresql', folders: postgresFolders },
  initdb: { name: 'initdb', debianPackage: 'postgresql', folders: postgresFolders },
  redis: { name: 'redis-server', debianPackage: 'redis-server' },
  nats: { name: 'nats-server', debianPackage: 'nats-server' },
} as const satisfies Record<string, Program>;

const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'];

/** The full path of a program, or null. */
export function findProgram(program: Program): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_FOLDERS, ...(program.folders?.() ?? [])];
  for (const folder of folders) {
    const path = join(folder, program.name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/**
 * Makes sure that the programs are there: installs the packages of missing ones (as root on Debian or Ubuntu), or says
 * what to install.
 *
 * @throws Error with the exact command when they are missing and cannot be installed from here.
 */
export function ensurePrograms(programs: readonly Program[]): void {
  const missing = programs.filter((program) => findProgram(program) === null);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((program) => program.debianPackage))];
  const names = missing.map((program) => program.name).join(', ');
  const advice =
    `Missing: ${names}. Install with: apt-get install -y ${packages.join(' ')} (as root, on Debian or Ubuntu), ` +
    'or install PostgreSQL 15+, Redis 7+ and nats-server 2.9+ so that these programs are in the PATH.';
  if (!isDebian() || process.getuid?.() !== 0) throw new Error(advice);
  console.error(`Installing ${packages.join(', ')} with apt-get ...`);
  withoutServiceStart(() => {
    aptGet(['update']);
    aptGet(['install', '-y', '--no-install-recommends', ...packages]);
  });
  const still = programs.filter((program) => findProgram(program) === null);
  if (still.length > 0) throw new Error(`apt-get did not bring ${still.map(({ name }) => name).join(', ')}. ${advice}`);
}

function isDebian(): boolean {
  if (!existsSync('/etc/os-release') || findProgram({ name: 'apt-get', debianPackage: 'apt' }) === null) return false;
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
}

function aptGet(args: readonly string[]): void {
  const result = spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=180', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8',
    timeout: 300_000,
  });
  if (result.status !== 0) {
    const tail = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-5).join('\n');
    throw new Error(`apt-get ${args.join(' ')} failed (exit ${String(result.status)}):\n${tail}`);
  }
}

/** Debian starts a server when its package is installed; a policy that says 101 ("forbidden") keeps it from that. */
function withoutServiceStart(install: () => void): void {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) {
    install();
    return;
  }
  writeFileSync(policy, '#!/bin/sh\nexit 101\n');
  chmodSync(policy, 0o755);
  try {
    install();
  } finally {
    rmSync(policy, { force: true });
  }
}
