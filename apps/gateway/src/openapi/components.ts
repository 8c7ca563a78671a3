import { isDeepStrictEqual } from 'node:util';

/** A JSON object of the document. */
export type Json = Record<string, unknown>;

/** Turns schemas of the code into schemas of the document; those with an `$id` are kept once, and referred to. */
export class Components {
  private readonly named = new Map<string, Json>();

  /** The schema as the document has it. */
  schema(source: object): Json {
    const { $id: name, ...rest } = source as Json;
    if (typeof name !== 'string') return simpler(this.members(rest));
    const component = simpler(this.members(rest));
    const known = this.named.get(name);
    if (known !== undefined && !isDeepStrictEqual(known, component)) {
      throw new Error(`Two different schemas are called ${name}.`);
    }
    this.named.set(name, component);
    return { $ref: `#/components/schemas/${name}` };
  }

  /** Every schema with a name so far, in the order of names. */
  all(): Json {
    return Object.fromEntries([...this.named].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  private members(source: Json): Json {
    return Object.fromEntries(Object.entries(source).map(([name, value]) => [name, this.value(value)]));
  }

  private value(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item: unknown) => this.value(item));
    return typeof value === 'object' && value !== null ? this.schema(value) : value;
  }
}

/** Unions of words become `enum`, and unions of a plain type with `null` a list of types: the same, easier to read. */
function simpler(schema: Json): Json {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf)) return schema;
  const members = anyOf as Json[];
  if (members.every(({ const: word, type }) => typeof word === 'string' && type === 'string')) {
    return { ...rest, type: 'string', enum: members.map(({ const: word }) => word) };
  }
  const [first, second, ...others] = members;
  const plain = first !== undefined && typeof first['type'] === 'string' && !('enum' in first) && !('const' in first);
  if (plain && second?.['type'] === 'null' && others.length === 0) {
    return { ...first, ...rest, type: [first['type'], 'null'] };
  }
  return schema;
}
