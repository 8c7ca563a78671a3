import { DATABASE_ROLES } from '#topology';
import { SERVICE_NAMES } from '#contracts';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..', '..');
const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8')) as {
  services: Record<string, { command?: readonly string[]; environment?: Record<string, string> }>;
};
let folder: string;

/** Runs the step as docker-compose.yml does, and reads every file that it wrote. */
function makeSecrets(): ReadonlyMap<string, string> {
  const command = compose.services['secrets']?.command ?? [];
  const wiring = command.slice(command.indexOf('/secrets') + 1);
  execFileSync(process.execPath, [join(root, 'deploy/docker/make-secrets.mjs'), folder, ...wiring], {
    timeout: 20_000,
  });
  const files = globSync('*/*', { cwd: folder }).filter((file) => !file.startsWith('state'));
  return new Map(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

let files: ReadonlyMap<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-secrets-'));
  files = makeSecrets();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('a second run writes the same: nobody is locked out', () => {
  expect([...makeSecrets()]).toEqual([...files]);
});

it.each(SERVICE_NAMES)('%s finds every file that its settings name', (service) => {
  const named = Object.entries(compose.services[service]?.environment ?? {}).filter(([name]) => name.endsWith('_FILE'));
  expect(named.length).toBeGreaterThan(0);
  for (const [, path] of named) expect(files.get(path.replace('/run/secrets/chancery', service))).toBeTruthy();
});

it('the URLs carry the roles and users that the servers are given, with their passwords', () => {
  for (const { service, owner, app } of DATABASE_ROLES) {
    for (const [file, role] of [
      [`${service}/database_url`, app],
      [`${service}-migrate/database_url`, owner],
    ] as const) {
      const url = new URL(files.get(file) ?? '');
      expect(url.username).toBe(role);
      expect(files.get('postgres/passwords.sql')).toContain(`ALTER ROLE ${role} PASSWORD '${url.password}';`);
    }
  }
  for (const service of SERVICE_NAMES) {
    const url = new URL(files.get(`${service}/nats_url`) ?? '');
    expect(url.username).toBe(service);
    expect(files.get('nats/nats.env')).toContain(`NATS_PASSWORD_${service.toUpperCase()}=${url.password}\n`);
  }
  const redis = new URL(files.get('tokens/redis_url') ?? '');
  expect(files.get('redis/redis.conf')).toContain(`requirepass ${redis.password}\n`);
});

it('the master key is 32 bytes, and only the services that sign have it', () => {
  const key = files.get('tokens/master_key') ?? '';
  expect(Buffer.from(key, 'base64')).toHaveLength(32);
  expect([...files].filter(([, content]) => content.includes(key)).map(([file]) => file)).toEqual([
    'tokens/master_key',
    'audit/master_key',
  ]);
});
