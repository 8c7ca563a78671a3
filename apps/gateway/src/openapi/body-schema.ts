import { getMetadataStorage } from 'class-validator';
import type { RuleContext } from '../administration/dto/members.js';
import type { Json } from './components.js';

type Condition = (object: object, value: unknown) => boolean;

interface Member {
  readonly schema: Json;
  readonly conditions: Condition[];
}

/**
 * The schema of a body, read from the rules of its DTO class. Whether a member may be absent or `null` is found out by asking
 * the conditions under which its rules apply.
 *
 * @throws Error for a member whose rules say nothing of its form.
 */
export function bodySchema(type: new () => object): Json {
  const properties: Record<string, Json> = {};
  const required: string[] = [];
  for (const [name, { schema, conditions }] of membersOf(type)) {
    if (Object.keys(schema).length === 0) {
      throw new Error(`${type.name}.${name}: no rule says what it looks like; give one a schema (dto/members.ts).`);
    }
    const mayBe = (value: unknown) => conditions.some((condition) => !condition({}, value));
    properties[name] = mayBe(null) ? withNull(schema) : schema;
    if (!mayBe(undefined)) required.push(name);
  }
  return {
    $id: type.name.replace(/Dto$/, ''),
    type: 'object',
    properties,
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function membersOf(type: new () => object): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>();
  // Fields of the derived class are given first, and rules of one member from the lowest to the upmost.
  for (const rule of getMetadataStorage().getTargetValidationMetadatas(type, '', false, false)) {
    const member = members.get(rule.propertyName) ?? { schema: {}, conditions: [] };
    members.set(rule.propertyName, member);
    if (rule.type === 'conditionalValidation') member.conditions.push(rule.constraints[0] as Condition);
    else Object.assign(member.schema, schemaOf(rule.context as RuleContext | undefined));
  }
  return members;
}

function schemaOf(context: RuleContext | undefined): Json | undefined {
  return context?.members === undefined ? context?.schema : bodySchema(context.members);
}

function withNull(schema: Json): Json {
  const { type, enum: values } = schema;
  if (typeof type !== 'string') return { anyOf: [schema, { type: 'null' }] };
  return {
    ...schema,
    type: [type, 'null'],
    ...(Array.isArray(values) ? { enum: [...(values as unknown[]), null] } : {}),
  };
}
