import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { isObject, objectAt, operationsOf, pointerStep, resolved, type Json } from './document.js';

/** A request and the answer that it really got. */
export interface Exchange {
  readonly method: string;
  /** With query. */
  readonly path: string;
  /** The body that was sent, decoded; undefined when there was none or it is no JSON. */
  readonly sent?: unknown;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** The body of the answer. */
  readonly text: string;
}

/** Headers that say something to the caller about this answer; an answer has them only where the document says so. */
const TELLING_HEADERS = ['etag', 'location', 'retry-after', 'www-authenticate'];
const ID = 'https://document.invalid/';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly pattern: RegExp;
  readonly parameters: number;
  readonly operation: Json;
}

/**
 * Holds real answers to an OpenAPI document: status, headers, media type and every member of the body must be documented, and
 * what the server accepted must be what the document says it accepts.
 */
export class ExchangeCheck {
  private readonly ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true, logger: false });
  private readonly operations: readonly Operation[];

  constructor(private readonly document: Json) {
    this.ajv.addSchema({ $id: ID, ...closed(document) }, undefined, false, false);
    this.operations = operationsOf(document)
      .map(({ method, path, operation }) => ({
        method,
        path,
        pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
        parameters: path.split('{').length,
        operation,
      }))
      // As routers do: what is spelt out goes before what is a parameter.
      .sort((a, b) => a.parameters - b.parameters);
  }

  /** What the document does not say of an exchange. */
  problems(exchange: Exchange): readonly string[] {
    const { pathname, searchParams } = new URL(exchange.path, 'http://server.invalid');
    const here = this.operations.filter(({ pattern }) => pattern.test(pathname));
    const method = exchange.method === 'HEAD' ? 'GET' : exchange.method;
    const operation = here.find((candidate) => candidate.method === method);
    const problems =
      operation === undefined
        ? this.elsewhere(exchange, here.length > 0)
        : this.ofOperation(operation, exchange, [...searchParams.keys()]);
    return problems.map(
      (problem) => `${exchange.method} ${exchange.path.slice(0, 200)} → ${exchange.status}: ${problem}`,
    );
  }

  /** No such path, or no such method. */
  private elsewhere(exchange: Exchange, pathExists: boolean): string[] {
    const { status, headers } = exchange;
    if (exchange.method === 'OPTIONS' && status === 204) return [];
    const allowed = pathExists ? [400, 404, 405] : [400, 404, 414];
    if (!allowed.includes(status)) return ['no operation of the document answers this'];
    if (exchange.method === 'HEAD') return [];
    const problem = mediaType(headers) === 'application/problem+json';
    const schema = problem ? 'Problem' : 'OAuthError';
    return this.misfits(`#/components/schemas/${schema}`, parsed(exchange.text));
  }

  private ofOperation({ method, path, operation }: Operation, exchange: Exchange, query: readonly string[]): string[] {
    const { status, headers, text } = exchange;
    const answers = objectAt(operation, 'responses');
    const answer = resolved(this.document, answers[status]);
    if (answers[String(status)] === undefined) return ['the status is not documented'];
    const problems = this.headerProblems(objectAt(answer, 'headers'), headers);
    if (status < 300) problems.push(...this.requestProblems(method, path, operation, exchange, query));
    const content = Object.keys(objectAt(answer, 'content'));
    if (content.length === 0) return text === '' ? problems : [...problems, 'a body is not documented'];
    const type = mediaType(headers);
    if (!content.includes(type)) return [...problems, `the type ${type} is not documented`];
    if (exchange.method === 'HEAD') return problems;
    const pointer = pointerOf(operation, this.document, path, method, status);
    const items = streamedItems(type, text);
    if (items !== null) {
      // The schema of a stream is that of each of its items.
      const schema = `${pointer}/content/${pointerStep(type)}/schema`;
      return [...problems, ...items.flatMap((item) => this.misfits(schema, item))];
    }
    if (!/[/+]json$/.test(type)) return problems;
    const body = parsed(text);
    if (isObject(body) && type === 'application/problem+json' && body['status'] !== status) {
      problems.push('the problem speaks of another status');
    }
    return [...problems, ...this.misfits(`${pointer}/content/${pointerStep(type)}/schema`, body)];
  }

  private headerProblems(documented: Json, headers: Exchange['headers']): string[] {
    const names = Object.keys(documented);
    const absent = names.filter(
      (name) => resolved(this.document, documented[name])['required'] === true && headers.get(name) === null,
    );
    const known = names.map((name) => name.toLowerCase());
    const extra = TELLING_HEADERS.filter((name) => headers.get(name) !== null && !known.includes(name));
    return [
      ...absent.map((name) => `the header ${name} is documented and absent`),
      ...extra.map((name) => `the header ${name} is not documented`),
    ];
  }

  /** What was accepted must be what the document calls acceptable. */
  private requestProblems(
    method: string,
    path: string,
    operation: Json,
    { sent }: Exchange,
    query: readonly string[],
  ): string[] {
    const parameters = ((operation['parameters'] ?? []) as readonly unknown[]).map((one) =>
      resolved(this.document, one),
    );
    const known = parameters.filter(({ in: place }) => place === 'query').map(({ name }) => name);
    const problems = query
      .filter((name) => !known.includes(name))
      .map((name) => `the query member ${name} was accepted and is not documented`);
    const content = objectAt(operation['requestBody'], 'content');
    if (sent === undefined || content['application/json'] === undefined) return problems;
    const pointer = `#/paths/${pointerStep(path)}/${method.toLowerCase()}/requestBody/content/application~1json/schema`;
    return [...problems, ...this.misfits(pointer, sent).map((misfit) => `accepted, yet the body: ${misfit}`)];
  }

  private misfits(pointer: string, value: unknown): string[] {
    const reference = `${ID}${pointer.split('/').map(encodeURIComponent).join('/').replace('%23', '#')}`;
    const validate: ValidateFunction | undefined =
      this.ajv.getSchema(reference) ?? this.ajv.compile({ $ref: reference });
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath || 'the body'} ${message ?? ''} ${JSON.stringify(params)}`,
    );
  }
}

function pointerOf(operation: Json, document: Json, path: string, method: string, status: number): string {
  const answer = objectAt(operation, 'responses')[String(status)];
  const reference = isObject(answer) ? answer['$ref'] : undefined;
  if (typeof reference === 'string') return reference;
  return `#/paths/${pointerStep(path)}/${method.toLowerCase()}/responses/${status}`;
}

/** What a stream of lines or of server-sent events brought; null for what is no stream. */
function streamedItems(type: string, text: string): readonly unknown[] | null {
  if (type === 'application/x-ndjson') {
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => parsed(line));
  }
  if (type !== 'text/event-stream') return null;
  // Those with a type of their own tell of the stream, not of what it brings.
  const messages = text.split('\n\n').filter((block) => !/^event:/m.test(block));
  return messages.flatMap((block) => [...block.matchAll(/^data: (.*)$/gm)].map(([, data]) => parsed(data ?? '')));
}

function mediaType(headers: Exchange['headers']): string {
  return (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The document with every object schema closed: callers must bear new members, the check must see them. */
function closed(value: Json): Json {
  const inside = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, closedValue(member)]));
  const open = value['type'] === 'object' && isObject(value['properties']) && !('additionalProperties' in value);
  return open ? { ...inside, additionalProperties: false } : inside;
}

function closedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closedValue);
  return isObject(value) ? closed(value) : value;
}
