import type { ConfigurationProblem } from './configuration-problems.js';
import type { RealmConfiguration } from './configuration.js';
import type { ConfiguredAssignment, ConfiguredPermission, ConfiguredRole } from './configured-roles.js';

interface Scope {
  readonly permissions?: readonly ConfiguredPermission[] | undefined;
  readonly roles?: readonly ConfiguredRole[] | undefined;
}

const URI_LISTS = ['redirect_uris', 'post_logout_redirect_uris', 'web_origins'] as const;

/** Names that a configuration of the right form has twice. */
export function repetitions(configuration: RealmConfiguration): ConfigurationProblem[] {
  const { clients = [], assignments = [] } = configuration;
  return [
    ...ofScope(configuration, ''),
    ...twice(
      '/clients',
      clients.map(({ client_id }) => client_id),
      '/client_id',
    ),
    ...clients.flatMap((client, index) => [
      ...URI_LISTS.flatMap((list) =>
        twice(
          `/clients/${index}/${list}`,
          (client[list] ?? []).map((uri) => (typeof uri === 'string' ? uri : uri.value)),
        ),
      ),
      ...ofScope(client, `/clients/${index}`),
    ]),
    ...ofAssignments(assignments),
  ];
}

function ofScope({ permissions = [], roles = [] }: Scope, pointer: string): ConfigurationProblem[] {
  return [
    ...twice(
      `${pointer}/permissions`,
      permissions.map(({ name }) => name),
      '/name',
    ),
    ...twice(
      `${pointer}/roles`,
      roles.map(({ name }) => name),
      '/name',
    ),
    ...roles.flatMap((role, index) => twice(`${pointer}/roles/${index}/permissions`, role.permissions ?? [])),
  ];
}

function ofAssignments(assignments: readonly ConfiguredAssignment[]): ConfigurationProblem[] {
  return [
    ...twice(
      '/assignments',
      assignments.map(({ client_id: clientId, username }) => JSON.stringify([clientId, username])),
    ),
    ...assignments.flatMap(({ roles }, index) =>
      twice(
        `/assignments/${index}/roles`,
        roles.map((role) => JSON.stringify(typeof role === 'string' ? role : [role.client_id, role.role])),
      ),
    ),
  ];
}

function twice(list: string, names: readonly string[], member = ''): ConfigurationProblem[] {
  const seen = new Set<string>();
  return names.flatMap((name, index) => {
    const again = seen.has(name);
    seen.add(name);
    return again ? [{ pointer: `${list}/${index}${member}`, message: 'is listed twice' }] : [];
  });
}
