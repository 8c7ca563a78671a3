import { SERVICE_NAMES } from '#contracts';
import { NODE_OPTIONS, SETTINGS, TOPOLOGY } from '#topology';
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { generatedFiles } from '../../scripts/generate/files.js';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface ComposeService {
  readonly environment?: Readonly<Record<string, string>>;
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly command?: readonly string[];
  readonly build?: { readonly args: { readonly SERVICE: string } };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

describe('files made from the code', () => {
  it('are as the code says ("npm run generate" writes them)', async () => {
    for (const { path, content } of await generatedFiles(root)) {
      expect({ path, content: read(path) }).toEqual({ path, content });
    }
  });
});

describe('the image', () => {
  it('starts its service with the options that every other way of starting it uses', () => {
    const command = ['node', ...NODE_OPTIONS, '/app/service.js'].map((part) => JSON.stringify(part)).join(', ');
    expect(read('deploy/docker/Dockerfile')).toContain(`CMD [${command}]\n`);
  });
});

describe.each(SERVICE_NAMES)('%s', (name) => {
  const compose = parse(read('docker-compose.yml')) as { services: Record<string, ComposeService> };
  const service = compose.services[name];

  it('is in docker-compose.yml, built from the one Dockerfile, started as the wiring says', () => {
    expect(service?.build?.args.SERVICE).toBe(name);
    expect(service?.command).toEqual(['node', ...TOPOLOGY[name].start]);
  });

  it('gets secrets as files only, from a volume that no other container has', () => {
    for (const [setting, value] of Object.entries(service?.environment ?? {})) {
      const plain = setting as keyof typeof SETTINGS;
      expect(SETTINGS[plain]?.secret ?? false).toBe(false);
      if (setting.endsWith('_FILE')) expect(value).toMatch(/^\/run\/secrets\/chancery\//);
    }
    const mounted = (service?.volumes ?? []).map((volume) => volume.split(':')[0]);
    const others = Object.entries(compose.services).filter(([other]) => other !== name && other !== 'secrets');
    for (const [, other] of others) {
      for (const volume of other.volumes ?? []) expect(mounted).not.toContain(volume.split(':')[0]);
    }
  });

  it('migrates as a step of its own before it starts, when it owns data', () => {
    const migration = compose.services[`${name}-migrate`];
    if (TOPOLOGY[name].migrate === null) {
      expect(migration).toBeUndefined();
      return;
    }
    expect(migration?.command).toEqual(['node', ...TOPOLOGY[name].migrate]);
    expect(service?.depends_on?.[`${name}-migrate`]?.condition).toBe('service_completed_successfully');
  });

  it('is public only when it is the gateway', () => {
    expect(service?.ports !== undefined).toBe(name === 'gateway');
    expect(service?.networks?.includes('public')).toBe(name === 'gateway');
  });

  it('has a NATS user, a Nest project and, with data of its own, two database roles', () => {
    expect(read('deploy/nats/nats.conf')).toContain(`user: "${name}"`);
    const projects = (JSON.parse(read('nest-cli.json')) as { projects: Record<string, unknown> }).projects;
    expect(projects[name]).toMatchObject({ type: 'application', root: `apps/${name}` });
    const sql = read('deploy/postgres/10-roles.sql');
    for (const role of [`chancery_${name}_owner`, `chancery_${name}_app`]) {
      expect(sql.includes(`CREATE ROLE ${role} `)).toBe(TOPOLOGY[name].migrate !== null);
    }
  });

  it('is named in the Dockerfile', () => {
    expect(read('deploy/docker/Dockerfile').split('\n').slice(0, 3).join(' ')).toMatch(new RegExp(`\\b${name}\\b`));
  });
});

it('the Dockerfile makes an image that runs as an ordinary user, without development packages, and tells its health', () => {
  const lines = read('deploy/docker/Dockerfile');
  expect(lines).toMatch(/^USER node$/m);
  expect(lines).toMatch(/npm prune --omit=dev/);
  expect(lines).toMatch(/^HEALTHCHECK /m);
  expect(lines.match(/^FROM node:24-/gm)).toHaveLength(2);
});

it('no program with a console or a private server is published beside the gateway', () => {
  const compose = parse(read('docker-compose.yml')) as { services: Record<string, ComposeService> };
  const published = Object.entries(compose.services).filter(([, service]) => service.ports !== undefined);
  expect(published.map(([name]) => name)).toEqual(['gateway']);
});
