/** A user of the bus. Deny by default: what is not listed is refused. */
export interface NatsUser {
  readonly user: string;
  /** The password, or `$NAME` for one that the NATS server takes from its environment. */
  readonly password: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** Whether it may answer what it was asked, on the reply subject of the question only. */
  readonly allowResponses: boolean;
}

/** The most answers to one question, and how long they may take: longer than any deadline of a contract. */
const RESPONSES = '{ max: 2, ttl: "30s" }';

/** The `authorization` block of a NATS server's configuration. */
export function natsAuthorization(users: readonly NatsUser[]): string {
  return ['authorization {', '  users: [', ...users.flatMap(userBlock), '  ]', '}', ''].join('\n');
}

function userBlock(user: NatsUser): readonly string[] {
  const password = user.password.startsWith('$') ? user.password : JSON.stringify(user.password);
  return [
    '    {',
    `      user: ${JSON.stringify(user.user)}`,
    `      password: ${password}`,
    '      permissions: {',
    ...subjects('publish', user.publish),
    ...subjects('subscribe', user.subscribe),
    ...(user.allowResponses ? [`        allow_responses: ${RESPONSES}`] : []),
    '      }',
    '    }',
  ];
}

function subjects(verb: string, allowed: readonly string[]): readonly string[] {
  // NATS reads an empty list of what is allowed as "everything".
  if (allowed.length === 0) return [`        ${verb}: { deny: [">"] }`];
  return [
    `        ${verb}: {`,
    '          allow: [',
    ...allowed.map((s) => `            ${JSON.stringify(s)}`),
    '          ]',
    '        }',
  ];
}
