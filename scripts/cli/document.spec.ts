import { describe, expect, it } from '@jest/globals';
import { readConfiguration } from './document.js';

const read = (text: string) => readConfiguration(text, 'realm.yaml');

describe('a configuration in YAML', () => {
  it('is read, and every part of it can be found again', () => {
    const { configuration, locate } = read(`# our realm
version: 1
clients:
  - client_id: billing
    redirect_uris:
      - https://app.example/cb
`);
    expect(configuration.clients).toEqual([{ client_id: 'billing', redirect_uris: ['https://app.example/cb'] }]);
    expect(locate('/clients/0/redirect_uris/0')).toBe('realm.yaml:6:9');
    expect(locate('/clients/0/not_there')).toBe('realm.yaml:4:5');
    expect(locate('')).toBe('realm.yaml:2:1');
  });

  it.each([
    ['version: 2', 'realm.yaml:1:10: /version must be 1'],
    ['clients: []', 'realm.yaml:1:1: /version is missing'],
    ['version: 1\nclient: []', 'realm.yaml:2:9: /client is not a member of this object'],
    ['version: 1\nclients:\n  - name: x', 'realm.yaml:3:5: /clients/0/client_id is missing'],
    ['version: 1\nclients:\n  - client_id: 5', 'realm.yaml:3:16: /clients/0/client_id must be string'],
    [
      'version: 1\nclients:\n  - client_id: a\n    client_type: system',
      'realm.yaml:4:18: /clients/0/client_type must be confidential or public',
    ],
    [
      'version: 1\nclients:\n  - client_id: a\n  - client_id: a',
      'realm.yaml:4:16: /clients/1/client_id is listed twice',
    ],
    ['version: 1\nversion: 1', 'realm.yaml:2:1: Map keys must be unique'],
    ['version: [1', 'realm.yaml:1:12:'],
    ['version: 1\n---\nversion: 1', 'realm.yaml:2:1: another document begins here: a configuration is one'],
    ['version: !secret 1', 'realm.yaml:1:10: Unresolved tag'],
    ['version: 1\n<<: {prune: true}', 'realm.yaml:2:5: /<< is not a member of this object'],
    ['version: 1\nclients: *nobody', 'realm.yaml:2:10: Unresolved alias'],
    ['version: 1\n__proto__: {prune: true}', 'realm.yaml:2:12: /__proto__ is not a member of this object'],
    ['version: 1\nroles:\n  - {name: a, permissions: view}', 'realm.yaml:3:28: /roles/0/permissions must be array'],
    ['version: 1\nroles:\n  - {name: a}\n  - {name: a}', 'realm.yaml:4:12: /roles/1/name is listed twice'],
    [
      'version: 1\nassignments:\n  - {client_id: a, username: b, roles: []}',
      'realm.yaml:3:5: /assignments/0 must be: Either a client_id',
    ],
    ['', 'realm.yaml:1:1: the configuration must be object'],
    ['version: 1\n? [a, b]\n: 1', 'realm.yaml:2:3: With stringKeys, all keys must be strings'],
    ...(
      [
        ['access_token_lifetime: 1', ' must be greater or equal to 30'],
        ['access_token_lifetime: soon', ' must be integer or null'],
        ["name: ''", ' must have a length greater or equal to 1'],
        [
          'roles: [{name: " a"}]',
          '/0/name must be 1 to 255 characters without control characters or blanks at the ends',
        ],
        ['permissions: [{name: a b}]', '/0/name must be 1 to 100 visible ASCII characters without quotes'],
        ['secret_from: {env: A, file: b}', ' must be {env} or {file}'],
        ['redirect_uris: [5]', '/0 must be string or {value, enabled}'],
        ['redirect_uris: [{value: a, enabld: true}]', '/0/enabled is missing'],
        ['redirect_uris: [{value: a, enabled: 1}]', '/0/enabled must be boolean'],
      ] as const
    ).map(([member, message]): [string, string] => [
      `version: 1\nclients:\n  - {client_id: a, ${member}}`,
      `/clients/0/${member.split(':')[0] ?? ''}${message}`,
    ]),
    [
      'version: 1\nassignments:\n  - {client_id: a, roles: [{client_id: b, rol: c}]}',
      'realm.yaml:3:28: /assignments/0/roles/0/role is missing',
    ],
  ])('%j is refused where it is wrong', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('is refused when it is too large or too deep', () => {
    expect(() => read(`# ${'x'.repeat(17 * 1024 * 1024)}`)).toThrow('realm.yaml is larger than 16 MiB');
    expect(() => read(`version: ${'['.repeat(200_000)}`)).toThrow(/^realm\.yaml/);
  });

  it('does not expand a bomb of aliases', () => {
    const levels = Array.from({ length: 12 }, (_, index) =>
      index === 0 ? 'a0: &a0 [x, x, x]' : `a${index}: &a${index} [${`*a${index - 1},`.repeat(9)}]`,
    );
    expect(() => read(levels.join('\n'))).toThrow('realm.yaml');
  });
});
