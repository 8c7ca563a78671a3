import type { Json } from './components.js';
import { markup, prose, type Html } from './markup.js';

const BOUNDS = ['minimum', 'maximum', 'minLength', 'maxLength', 'maxItems', 'format', 'default'];

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Json[];
  readonly items?: Json;
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
}

/** A schema in a few words; what has a name is a link to it. */
export function form(schema: Json): Html {
  const { $ref, anyOf, const: only, enum: values, items, properties, type = 'anything' } = schema as Schema;
  if ($ref !== undefined) {
    const name = $ref.slice($ref.lastIndexOf('/') + 1);
    return markup`<a href="#schema-${name}">${name}</a>`;
  }
  if (anyOf !== undefined)
    return markup`${anyOf.map((one, index) => markup`${index === 0 ? '' : ' or '}${form(one)}`)}`;
  if (only !== undefined) return markup`<code>${JSON.stringify(only)}</code>`;
  if (values !== undefined) {
    return markup`${values.map((value, index) => markup`${index === 0 ? '' : ', '}<code>${JSON.stringify(value)}</code>`)}`;
  }
  if (items !== undefined) return markup`list of ${form(items)}`;
  if (properties !== undefined) {
    return markup`${Object.entries(properties).map(
      ([name, member], index) => markup`${index === 0 ? '' : ', '}<code>${name}</code>: ${form(member)}`,
    )}`;
  }
  const bounds = Object.entries(schema).filter(([name]) => BOUNDS.includes(name));
  return markup`${[type].flat().join(' or ')}${bounds.map(([name, bound]) => `, ${name} ${String(bound)}`)}`;
}

/** The members of an object, one a row. */
export function memberTable(schema: Json): Html {
  const { properties = {}, required = [] } = schema as Schema;
  const rows = Object.entries(properties).map(
    ([name, member]) =>
      markup`<tr><th><code>${name}</code></th><td>${required.includes(name) ? 'always' : 'optional'}</td><td>${form(member)}</td><td>${prose(member['description'])}</td></tr>\n`,
  );
  return rows.length === 0 ? markup`<p>No members.</p>` : markup`<table>${rows}</table>`;
}
