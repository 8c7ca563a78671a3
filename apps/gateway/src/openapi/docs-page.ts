import { hash } from 'node:crypto';
import type { Json } from './components.js';
import { form, memberTable } from './docs-schema.js';
import { markup, prose, type Html } from './markup.js';

/** A page and the policy under which it shows as meant: no script, nothing from elsewhere, this one style. */
export interface Page {
  readonly html: string;
  readonly contentSecurityPolicy: string;
}

const STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 0 auto; padding: 1rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
summary { cursor: pointer; padding: 0.35rem 0; }
summary b { display: inline-block; min-width: 4.5rem; }
details > div { margin: 0 0 1rem 1rem; padding-left: 1rem; border-left: 3px solid; overflow-x: auto; }
table { border-collapse: collapse; margin: 0.5rem 0 1rem; }
caption { text-align: left; font-weight: bold; }
th, td { text-align: left; vertical-align: top; padding: 0.15rem 1rem 0.15rem 0; }
th { font-weight: normal; }
`;

type Contents = Readonly<Record<string, { readonly schema: Json; readonly example?: unknown }>>;

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly Json[];
  readonly requestBody?: { readonly content: Contents };
  readonly responses: Readonly<Record<string, Json>>;
  readonly 'x-required-permissions'?: readonly string[];
  readonly 'x-required-realm'?: string;
}

/** What the page reads of a document. */
interface Document {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
}

/** The document as one page for people, rendered once, on the server. */
export function docsPage(document: Json): Page {
  const { info, tags, paths, components } = document as unknown as Document;
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const sections = tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return markup`<h2 id="${name}">${name}</h2>
<p>${prose(description)}</p>
${own.map(({ method, path, operation }) => section(document, method, path, operation))}`;
  });
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) => markup`<h3 id="schema-${name}">${name}</h3>\n${memberTable(schema)}\n`,
  );
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${info.title} API</title>
<style>${{ safe: STYLE }}</style>
</head>
<body>
<header>
<h1>${info.title} API ${info.version}</h1>
<p>${info.description} Made from <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<nav>${tags.map(({ name }) => markup`<a href="#${name}">${name}</a> `)}<a href="#schemas">Schemas</a></nav>
</header>
<main>
${sections}
<h2 id="schemas">Schemas</h2>
${schemas}
</main>
</body>
</html>
`;
  const style = `'sha256-${hash('sha256', STYLE, 'base64')}'`;
  const rest = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  return { html: page.safe, contentSecurityPolicy: `default-src 'none'; style-src ${style}; ${rest}` };
}

function section(document: Json, method: string, path: string, operation: Operation): Html {
  return markup`<details id="${operation.operationId}">
<summary><b>${method}</b> <code>${path}</code> ${operation.summary}</summary>
<div>
<p>${prose(operation.description)} ${access(operation)}</p>
${parameterTable(operation.parameters.map((parameter) => resolved(document, parameter)))}
${bodies(document, operation.requestBody?.content ?? {})}
${answerTable(Object.entries(operation.responses).map(([status, answer]) => [status, resolved(document, answer)]))}
</div>
</details>
`;
}

function access(operation: Operation): Html {
  const permissions = operation['x-required-permissions'];
  const realm = operation['x-required-realm'];
  if (permissions === undefined) return markup`Needs no bearer.`;
  const names = permissions.map((name, index) => markup`${index === 0 ? '' : ' or '}<code>${name}</code>`);
  return markup`Needs ${names}${realm === undefined ? '' : ` in realm ${realm}`}.`;
}

function parameterTable(parameters: readonly Json[]): Html {
  const rows = parameters.map(({ name, in: place, schema, description }) => {
    const about = prose(description ?? (schema as Json)['description']);
    return markup`<tr><th><code>${String(name)}</code></th><td>${String(place)}</td><td>${form(schema as Json)}</td><td>${about}</td></tr>\n`;
  });
  return markup`<table><caption>Parameters</caption>${rows}</table>`;
}

function bodies(document: Json, content: Contents): Html {
  const [first] = Object.values(content);
  if (first === undefined) return markup``;
  const { schema, example } = first;
  return markup`<p><strong>Body</strong>: <code>${Object.keys(content).join(', ')}</code></p>
${memberTable(resolved(document, schema))}
${example === undefined ? [] : markup`<p>Example: <code>${JSON.stringify(example)}</code></p>`}`;
}

function answerTable(answers: readonly (readonly [string, Json])[]): Html {
  const rows = answers.map(([status, answer]) => {
    const { description, content = {} } = answer as { description: string; content?: Contents };
    const forms = Object.entries(content).map(([type, { schema }]) => markup`<code>${type}</code> ${form(schema)}`);
    return markup`<tr><th>${status}</th><td>${prose(description)}</td><td>${forms}</td></tr>\n`;
  });
  return markup`<table><caption>Answers</caption>${rows}</table>`;
}

function resolved(document: Json, value: Json): Json {
  const { $ref } = value;
  if (typeof $ref !== 'string') return value;
  const steps = $ref.replace(/^#\//, '').split('/');
  return steps.reduce<Json>((at, name) => (at[name] ?? {}) as Json, document);
}
