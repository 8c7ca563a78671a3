import { AUDIT_CATALOGUE, AUDIT_EVENT_TYPES, PERSONAL_MEMBERS, type AuditType } from '#contracts';

interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly description?: string;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

const INTRODUCTION = `# Audit events

Made from \`AUDIT_CATALOGUE\` (\`libs/contracts\`) by \`npm run generate\`; change it there.

Every event has the same members: \`id\` (UUIDv7), \`realm\`, \`realm_id\` (null when there is no such realm), \`type\`, \`outcome\`, \`reason\` (of a
failure), \`time\`, \`actor\` (\`kind\`, \`id\`, \`client_id\`), \`client_id\` (as it was sent, cut to 255 characters, when there is no such client),
\`subject_id\`, \`jti\`, \`target\` (\`kind\`, \`id\`), \`ip\`, \`user_agent\`, \`request_id\`, \`trace_id\` and \`details\`, which depend on the type.
What does not apply is null. No event holds a secret, a token or a password; a secret that has to be mentioned is \`"***"\`.

Personal data: ${PERSONAL_MEMBERS.map((name) => `\`${name}\``).join(' and ')} of every event, \`actor.id\` and \`subject_id\` when a person acted or is concerned, and the
members of \`details\` that are marked below.

A token or a refusal leaves only after its event is durable; a change and its event are one transaction. Events of features that do not
exist yet (introspection, revocation, consent, sessions) are not listed: they come with them.

`;

/** docs/audit-events.md. */
export function auditEventsDoc(): string {
  const overview = AUDIT_EVENT_TYPES.map((name) => {
    const type: AuditType = AUDIT_CATALOGUE[name];
    return `| [\`${name}\`](#${name.replaceAll('.', '')}) | ${type.outcomes.join(', ')} | ${type.description} |`;
  });
  const table = `| type | outcome | when |\n| --- | --- | --- |\n${overview.join('\n')}\n\n`;
  return INTRODUCTION + table + AUDIT_EVENT_TYPES.map((name) => section(name, AUDIT_CATALOGUE[name])).join('\n');
}

function section(name: string, type: AuditType): string {
  const reasons = Object.entries(type.reasons).map(([reason, meaning]) => `| \`${reason}\` | ${meaning} |`);
  return [
    `## ${name}\n`,
    `${type.description}\n`,
    `Actor: ${type.actors.map((kind) => `\`${kind}\``).join(', ')}. ${named(type)}\n`,
    detailsTable(type),
    ...(reasons.length === 0 ? [] : [`| reason | meaning |\n| --- | --- |\n${reasons.join('\n')}\n`]),
  ].join('\n');
}

function named(type: AuditType): string {
  const members = { client_id: type.clientId, subject_id: type.subjectId, jti: type.jti };
  const set = Object.entries(members).flatMap(([member, presence]) =>
    presence === 'never' ? [] : [`\`${member}\`${presence === 'sometimes' ? ' where there is one' : ''}`],
  );
  if (type.target !== null) set.push(`\`target\` (\`${type.target}\`)`);
  return set.length === 0 ? '' : `Names ${set.join(', ')}.`;
}

function detailsTable(type: AuditType): string {
  const { properties = {}, required = [] } = type.details as Schema;
  const rows = Object.entries(properties).map(([member, schema]) => {
    const notes = [
      ...(required.includes(member) ? [] : ['optional']),
      ...(schema.description === undefined ? [] : [schema.description]),
      ...(type.personal.includes(member) ? ['**personal data**'] : []),
    ];
    return `| \`${member}\` | ${kindOf(schema)} | ${notes.join('; ')} |`;
  });
  return `| detail | type | |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

function kindOf(schema: Schema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.anyOf !== undefined) return schema.anyOf.map(kindOf).join(' or ');
  if (schema.type === 'array') return `list of ${kindOf(schema.items ?? {})}`;
  if (schema.patternProperties !== undefined) {
    return `object of ${Object.values(schema.patternProperties).map(kindOf).join(', ')}`;
  }
  if (schema.properties !== undefined) {
    return `object: ${Object.keys(schema.properties)
      .map((name) => `\`${name}\``)
      .join(', ')}`;
  }
  return schema.type ?? 'anything';
}
