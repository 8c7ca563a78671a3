import * as contracts from '#contracts';
import { ALL_CALLS, ALL_DURABLE_EVENTS, ALL_SNAPSHOTS, SERVICE_NAMES, type ServiceName } from '#contracts';
import { expect, it } from '@jest/globals';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const DECORATOR = /@(Handles|HandlesDurable)\(\s*([\w.]+)\s*\)/g;

/** Contract names as handlers write them: `IssueToken`, `ClientSnapshot.load`. */
const NAMES = new Map<unknown, string>(
  Object.entries<unknown>(contracts).flatMap(([name, value]): [unknown, string][] => {
    const snapshot = ALL_SNAPSHOTS.find((candidate) => candidate === value);
    return [[value, name], ...(snapshot === undefined ? [] : [[snapshot.load, `${name}.load`] as [unknown, string]])];
  }),
);

/** Every handler of a service, as `Handles IssueToken`. */
function handlersOf(service: ServiceName): readonly string[] {
  const folder = join(root, 'apps', service, 'src', 'transport');
  if (!existsSync(folder)) return [];
  return globSync('**/*.ts', { cwd: folder })
    .filter((file) => !/\.(spec|integration)\.ts$/.test(file))
    .flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(DECORATOR)])
    .map(([, decorator, contract]) => `${String(decorator)} ${String(contract)}`);
}

it.each(SERVICE_NAMES)('%s answers each of its contracts with exactly one handler, and no other', (service) => {
  const wanted = [
    ...ALL_CALLS.filter((call) => call.service === service).map((call) => `Handles ${String(NAMES.get(call))}`),
    ...ALL_DURABLE_EVENTS.filter((event) => event.service === service).map(
      (event) => `HandlesDurable ${String(NAMES.get(event))}`,
    ),
  ];
  expect([...handlersOf(service)].toSorted()).toEqual(wanted.toSorted());
});

it('subjects are unique and begin with the service that answers', () => {
  const subjects = [...ALL_CALLS, ...ALL_DURABLE_EVENTS].map((contract) => {
    expect(contract.subject.split('.')[0]).toBe(contract.service);
    return contract.subject;
  });
  expect(new Set(subjects).size).toBe(subjects.length);
});
