import { AUDIT_EVENT_TYPES, SERVICE_NAMES, type ServiceName } from '#contracts';
import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** Handlers that change nothing. */
const READS = /^(Read|List|Find|Load|Export|Explain|Preview|Evaluate|Prove)\w+$|Snapshot\.load$/;

/** Handlers that change something of which another event tells. */
const TOLD_ELSEWHERE: Readonly<Record<string, string>> = {
  GuardAccount: 'it changes nothing',
  CheckClientRoles: 'it changes nothing',
  WithdrawAdministrator: 'a note of half a minute; user.updated or user.deleted tells what comes of it',
  TouchClientSecrets: 'each use of a secret is in the event of its token',
  VerifyPassword: 'it may hash the password again; the sign-in is told by the token service',
  NameRealmOfRoles: 'realm.updated tells the new name',
  NameRealmOfUsers: 'realm.updated tells the new name',
  RetireClientRoles: 'client.deleted tells that it is gone',
  RenameClientRoles: 'client.updated tells the new client_id',
  ClearRealm: 'realm.deleted tells that all of it is gone',
  RemoveRealmRoles: 'realm.deleted tells that all of it is gone',
  RemoveRealmKeys: 'realm.deleted tells that all of it is gone',
  RemoveRealmUsers: 'realm.deleted tells that all of it is gone',
};

interface Handler {
  readonly contract: string;
  /** The file of the use case that it executes. */
  readonly useCase: string;
}

const sourceOf = (file: string): string => readFileSync(file, 'utf8');

/** The files that a file of the same service imports. */
function importsOf(file: string): readonly string[] {
  return [...sourceOf(file).matchAll(/from '(\.[^']+)\.js'/g)].map(([, path]) =>
    join(dirname(file), `${path ?? ''}.ts`),
  );
}

/** Every handler of a service: `@Handles(X)` above a method that executes one of the use cases of its controller. */
function handlersOf(service: ServiceName): readonly Handler[] {
  const folder = join(root, 'apps', service, 'src', 'transport');
  return globSync('**/*.ts', { cwd: folder }).flatMap((name) => {
    const file = join(folder, name);
    const source = sourceOf(file);
    const [, ...parts] = source.split('@Handles(');
    return parts.map((part) => {
      const contract = part.slice(0, part.indexOf(')'));
      const member = /this\.(\w+)\s*\.execute\(/.exec(part)?.[1] ?? '';
      const type = new RegExp(`readonly ${member}: (\\w+)`).exec(source)?.[1] ?? '';
      const path = new RegExp(`import \\{[^}]*\\b${type}\\b[^}]*\\} from '(\\.[^']+)\\.js'`).exec(source)?.[1];
      return { contract, useCase: path === undefined ? '' : join(dirname(file), `${path}.ts`) };
    });
  });
}

/** Whether a use case, or what it uses of its service, makes an event and gives it to the outbox or the log. */
function records(useCase: string): boolean {
  const seen = new Set<string>();
  const queue = [useCase];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file) || !file.includes('/application/')) continue;
    seen.add(file);
    if (
      /\.record\(|\.recordAll\(|\brotate\(key|\baddActive\(key|\.publish\(AuditEventRecorded|\bwebhookEvent\(|\bentryOfOwn\(event/.test(
        sourceOf(file),
      )
    )
      return true;
    queue.push(...importsOf(file));
  }
  return false;
}

const HANDLERS = SERVICE_NAMES.filter((service) => service !== 'gateway').flatMap(handlersOf);
const CHANGING = HANDLERS.filter(({ contract }) => !READS.test(contract));

describe('who changes something records it', () => {
  it('every handler executes a use case that is found', () => {
    expect(HANDLERS.filter(({ useCase }) => useCase === '')).toEqual([]);
    expect(CHANGING.length).toBeGreaterThan(25);
  });

  it.each(CHANGING.map(({ contract, useCase }) => [contract, useCase]))('%s', (contract, useCase) => {
    const recorded = records(useCase);
    const excused = Object.hasOwn(TOLD_ELSEWHERE, contract);
    expect({ contract, recorded: recorded || excused }).toEqual({ contract, recorded: true });
  });

  it('excuses only what is there', () => {
    const changing = new Set(CHANGING.map(({ contract }) => contract));
    expect(Object.keys(TOLD_ELSEWHERE).filter((contract) => !changing.has(contract))).toEqual([]);
  });
});

it('every type of the catalogue is recorded by some service', () => {
  const sources = globSync('apps/*/src/**/*.ts', { cwd: root })
    .filter((file) => !/\.(spec|integration|suite|contract)\.ts$|\/testing\//.test(file))
    .map((file) => sourceOf(join(root, file)))
    .join('\n');
  // Those of a client's URIs are put together of two words.
  const written = AUDIT_EVENT_TYPES.filter((type) => !/^client\.\w+_(uri|origin)_(added|updated|removed)$/.test(type));
  expect(written.filter((type) => !sources.includes(`'${type}'`))).toEqual([]);
  expect(sources).toContain('`client.${MEMBERS[kind]}_${change.verb}`');
});
