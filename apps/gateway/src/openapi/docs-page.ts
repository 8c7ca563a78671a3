import { hash } from 'node:crypto';
import type { Json } from './components.js';
import { html, text, type Html } from './html.js';

/** A page and the policy under which it shows as meant: no script, nothing from elsewhere, this one style. */
export interface Page {
  readonly html: string;
  readonly contentSecurityPolicy: string;
}

const STYLE = `:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:0 auto;padding:1rem}
h2{margin-top:2.5rem;border-bottom:1px solid}
code{font-family:ui-monospace,monospace}
summary{cursor:pointer;padding:.35rem 0}
summary b{display:inline-block;min-width:4.5rem}
details>div{margin:0 0 1rem 1rem;padding-left:1rem;border-left:3px solid}
table{border-collapse:collapse;display:block;overflow-x:auto}
th,td{text-align:left;vertical-align:top;padding:.15rem 1rem .15rem 0}`;

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly Json[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Json; readonly example?: unknown }>>;
  };
  readonly responses: Readonly<Record<string, Json>>;
  readonly 'x-required-permissions'?: readonly string[];
  readonly 'x-required-realm'?: string;
}

/** The document as one page for people, rendered here and now. */
export function docsPage(document: Json): Page {
  const { info, tags, paths } = document as {
    info: { title: string; version: string; description: string };
    tags: { name: string; description: string }[];
    paths: Record<string, Record<string, Operation>>;
  };
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const sections = tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return html`<h2 id="${name.toLowerCase()}">${name}</h2>
      <p>${description}</p>
      ${own.map(({ method, path, operation }) => section(document, method, path, operation))}`;
  });
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${info.title} API</title>
        <style>
          ${{ safe: STYLE }}
        </style>
      </head>
      <body>
        <h1>${info.title} API ${info.version}</h1>
        <p>${info.description} Made from <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
        <nav><p>${tags.map(({ name }) => html`<a href="#${name.toLowerCase()}">${name}</a> `)}</p></nav>
        <main>${sections}</main>
      </body>
    </html> `;
  const style = hash('sha256', STYLE, 'base64');
  return {
    html: page.safe,
    contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };
}

function section(document: Json, method: string, path: string, operation: Operation): Html {
  const permissions = operation['x-required-permissions'];
  const realm = operation['x-required-realm'];
  return html`<details id="${operation.operationId}">
    <summary><b>${method}</b> <code>${path}</code> ${operation.summary}</summary>
    <div>
      ${operation.description === undefined ? [] : html`<p>${operation.description}</p>`}
      ${permissions === undefined ? [] : html`<p>Needs ${permissions.map((name, index) => html`${index === 0 ? '' : ' or '}<code>${name}</code>`)}${realm === undefined ? '' : ` in realm ${realm}`}.</p>`}
      ${parameterTable(operation.parameters.map((parameter) => resolved(document, parameter)))}
      ${Object.entries(operation.requestBody?.content ?? {}).map(([type, { schema, example }]) => bodyTable(document, type, schema, example))}
      <table>
        <caption>
          Answers
        </caption>
        ${Object.entries(operation.responses).map(([status, answer]) => {
          const { description, content } = resolved(document, answer) as {
            description: string;
            content?: Record<string, Json>;
          };
          return html`<tr>
            <th>${status}</th>
            <td>${description}</td>
            <td>
              ${Object.entries(content ?? {}).map(([type, { schema }]) => html`<code>${type}</code> ${form(schema as Json)}`)}
            </td>
          </tr> `;
        })}
      </table>
    </div>
  </details> `;
}

function parameterTable(parameters: readonly Json[]): Html {
  return html`<table>
    <caption>
      Parameters
    </caption>
    ${parameters.map(
      ({ name, in: place, schema, description }) =>
        html`<tr>
          <th><code>${text(name)}</code></th>
          <td>${text(place)}</td>
          <td>${form(schema as Json)}</td>
          <td>${text(description)}</td>
        </tr> `,
    )}
  </table>`;
}

function bodyTable(document: Json, type: string, schema: Json, example: unknown): Html {
  const { properties = {}, required = [] } = resolved(document, schema) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return html`<table>
      <caption>
        Body,
        <code>${type}</code>
      </caption>
      ${Object.entries(properties).map(
        ([name, member]) =>
          html`<tr>
            <th><code>${name}</code></th>
            <td>${required.includes(name) ? 'required' : ''}</td>
            <td>${form(member)}</td>
            <td>${text(member['description'])}</td>
          </tr> `,
      )}
    </table>
    ${example === undefined ? [] : html`<p>Example: <code>${JSON.stringify(example)}</code></p>`}`;
}

/** A schema in a few words. */
function form(schema: Json): string {
  const {
    $ref,
    type,
    enum: values,
    anyOf,
    items,
    properties,
  } = schema as {
    $ref?: string;
    type?: string | string[];
    enum?: unknown[];
    anyOf?: Json[];
    items?: Json;
    properties?: Record<string, Json>;
  };
  if ($ref !== undefined) return $ref.slice($ref.lastIndexOf('/') + 1);
  if (anyOf !== undefined) return anyOf.map(form).join(' or ');
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(', ');
  if (items !== undefined) return `list of ${form(items)}`;
  if (properties !== undefined) {
    const members = Object.entries(properties).map(([name, member]) => `${name}: ${form(member)}`);
    return `{ ${members.join(', ')} }`;
  }
  const bounds = ['minimum', 'maximum', 'minLength', 'maxLength', 'maxItems', 'format']
    .filter((name) => name in schema)
    .map((name) => `${name} ${text(schema[name])}`);
  return [[type ?? 'anything'].flat().join(' or '), ...bounds].join(', ');
}

function resolved(document: Json, value: Json): Json {
  const { $ref } = value;
  if (typeof $ref !== 'string') return value;
  return $ref
    .slice(2)
    .split('/')
    .reduce<Json>((at, name) => at[name] as Json, document);
}
