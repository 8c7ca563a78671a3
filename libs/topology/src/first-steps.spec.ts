import { expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { firstSteps } from './first-steps.js';

/** A curl that prints its arguments and a plausible answer. */
const FAKE_CURL = `#!/bin/sh
printf '%s\\n' "$*" >> "$CURL_LOG"
printf '{"access_token":"the-token","id":"1","client_secret":"the-secret","token_type":"Bearer"}'
`;

it('the four lines work when pasted: each hands its value to the next', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chancery-curl-'));
  try {
    writeFileSync(join(folder, 'curl'), FAKE_CURL, { mode: 0o755 });
    const lines = firstSteps({ publicUrl: 'http://localhost:8080', adminUsername: 'admin', adminPassword: "it's $1" });
    expect(lines).toHaveLength(4);
    const log = join(folder, 'log');
    const env = { PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`, CURL_LOG: log };
    execFileSync('sh', ['-euc', lines.join('\n')], { env, timeout: 10_000 });
    const calls = execFileSync('cat', [log], { encoding: 'utf8' }).trim().split('\n');
    expect(calls[0]).toContain("password=it's $1");
    expect(calls[1]).toContain('Authorization: Bearer the-token');
    expect(calls[2]).toContain('"service_account_enabled":true');
    expect(calls.at(-1)).toContain('-u billing:the-secret');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('takes the password from a variable when it is not known, and says so when it is missing', () => {
  const [first = ''] = firstSteps({ publicUrl: 'http://localhost:8080', adminUsername: 'admin', adminPassword: null });
  expect(first).toContain('"password=$PASSWORD"');
  const run = spawnSync('bash', ['-c', first], {
    encoding: 'utf8',
    timeout: 10_000,
    env: { PATH: process.env['PATH'] },
  });
  expect(run.status).not.toBe(0);
  expect(run.stderr).toContain('set it first');
});
