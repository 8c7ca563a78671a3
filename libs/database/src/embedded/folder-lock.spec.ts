import { OperatorError } from '#errors';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockFolder } from './folder-lock.js';

describe('the lock of a data folder', () => {
  let folder: string;
  let path: string;
  const children: ChildProcess[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chancery-lock-'));
    path = join(folder, 'database.lock');
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const socket = () => join(folder, 's');
  const holder = (fields: object) =>
    writeFileSync(
      path,
      JSON.stringify({ pid: 1, startedAt: '', hostname: hostname(), socketPath: socket(), nonce: 'n', ...fields }),
    );
  const startOf = (pid: number): string => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  };
  const sleeper = (): number => {
    const child = spawn('sleep', ['30']);
    children.push(child);
    return child.pid ?? 0;
  };

  it('is taken once, and again after it was given back', async () => {
    const unlock = await lockFolder(path, socket());
    const refused = lockFolder(path, socket());
    await expect(refused).rejects.toThrow(`in use by process ${process.pid}`);
    await expect(refused).rejects.toBeInstanceOf(OperatorError);
    unlock();
    expect(existsSync(path)).toBe(false);
    (await lockFolder(path, socket()))();
  });

  it('is not taken from a process that runs', async () => {
    const pid = sleeper();
    holder({ pid, startedAt: startOf(pid) });
    await expect(lockFolder(path, socket())).rejects.toThrow(`in use by process ${pid}`);
  });

  it.each([
    ['a process that is gone', { pid: 2_147_483_646 }],
    ['an earlier process with the same pid as a running one', { pid: process.ppid, startedAt: 'earlier' }],
    ['an earlier process with the pid of this one', { pid: process.pid, startedAt: 'earlier' }],
    ['this process, by a lock it does not hold', { pid: process.pid, startedAt: startOf(process.pid) }],
  ])('is taken from %s', async (_, fields) => {
    holder(fields);
    const unlock = await lockFolder(path, socket());
    expect(readdirSync(folder)).toEqual(['database.lock']);
    unlock();
  });

  it('is taken from a process that was killed while writing it', async () => {
    writeFileSync(path, '{"pid":');
    (await lockFolder(path, socket()))();
  });

  it('is not taken from another host whose database answers', async () => {
    holder({ hostname: 'another' });
    utimesSync(path, 1, 1);
    const server = createServer().listen(socket());
    await new Promise((resolve) => server.once('listening', resolve));
    await expect(lockFolder(path, socket())).rejects.toThrow('on another');
    server.close();
  });

  it('is taken from another host that has long been silent', async () => {
    holder({ hostname: 'another' });
    utimesSync(path, 1, 1);
    (await lockFolder(path, socket()))();
  });

  it('is taken by exactly one of many that find a dead holder', async () => {
    holder({ pid: 2_147_483_646 });
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => lockFolder(path, socket())));
    const winners = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    winners.forEach((winner) => winner.value());
  });
});
