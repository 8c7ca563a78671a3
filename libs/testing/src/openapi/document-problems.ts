import { Ajv2020 } from 'ajv/dist/2020.js';
import { atPointer, isObject, objectAt, operationsOf, resolved, type Json } from './document.js';

const ROOT_MEMBERS = ['openapi', 'info', 'jsonSchemaDialect', 'servers', 'tags', 'paths', 'components'];
const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE'];
const OPERATION_MEMBERS = [
  ...['operationId', 'tags', 'summary', 'description', 'security', 'parameters', 'requestBody', 'responses'],
  'deprecated',
];
const PARAMETER_MEMBERS = ['name', 'in', 'description', 'required', 'deprecated', 'schema', 'example'];
const ANSWER_MEMBERS = ['description', 'headers', 'content', 'links'];
const COMPONENT_NAME = /^[A-Za-z0-9._-]+$/;

/** What is wrong with an OpenAPI 3.1 document, as far as the document alone can tell. Empty when nothing is. */
export function documentProblems(document: Json): readonly string[] {
  return [
    ...rootProblems(document),
    ...referenceProblems(document, document, '#'),
    ...operationProblems(document),
    ...componentProblems(document),
    ...schemaProblems(document),
  ];
}

function rootProblems(document: Json): string[] {
  const info = objectAt(document, 'info');
  return [
    ...unknownMembers('the document', document, ROOT_MEMBERS),
    ...wrong(!/^3\.1\.\d+$/.test(String(document['openapi'])), 'openapi must be 3.1.x'),
    ...wrong(typeof info['title'] !== 'string' || typeof info['version'] !== 'string', 'info needs title and version'),
  ];
}

function referenceProblems(document: Json, value: unknown, where: string): string[] {
  if (Array.isArray(value))
    return value.flatMap((item, index) => referenceProblems(document, item, `${where}/${index}`));
  if (!isObject(value)) return [];
  const { $ref } = value;
  const broken = typeof $ref === 'string' && !($ref.startsWith('#/') && isObject(atPointer(document, $ref)));
  const nested = Object.entries(value).flatMap(([name, member]) =>
    referenceProblems(document, member, `${where}/${name}`),
  );
  return [...wrong(broken, `${where} refers to ${String($ref)}, which is not there`), ...nested];
}

function operationProblems(document: Json): string[] {
  const ids = new Set<unknown>();
  const shapes = new Set<string>();
  const tags = new Set((document['tags'] as readonly Json[] | undefined)?.map(({ name }) => name));
  const schemes = objectAt(objectAt(document, 'components'), 'securitySchemes');
  return operationsOf(document).flatMap(({ method, path, operation }) => {
    const where = `${method} ${path}`;
    const { operationId, security } = operation;
    const shape = `${method} ${path.replaceAll(/\{[^}]+\}/g, '{}')}`;
    const problems = [
      ...unknownMembers(where, operation, OPERATION_MEMBERS),
      ...wrong(!METHODS.includes(method), `${where}: no such method`),
      ...wrong(!path.startsWith('/'), `${where}: the path must begin with a slash`),
      ...wrong(shapes.has(shape), `${where}: another path differs in the names of parameters only`),
      ...wrong(typeof operationId !== 'string' || ids.has(operationId), `${where}: operationId is missing or taken`),
      ...wrong(
        ((operation['tags'] ?? []) as readonly unknown[]).some((tag) => !tags.has(tag)),
        `${where}: a tag is not declared`,
      ),
      ...((security ?? []) as readonly Json[])
        .flatMap((requirement) => Object.keys(requirement))
        .flatMap((name) => wrong(!isObject(schemes[name]), `${where}: no security scheme ${name}`)),
      ...parameterProblems(document, where, path, operation),
      ...answerProblems(document, where, operation),
    ];
    ids.add(operationId);
    shapes.add(shape);
    return problems;
  });
}

function parameterProblems(document: Json, where: string, path: string, operation: Json): string[] {
  const parameters = ((operation['parameters'] ?? []) as readonly unknown[]).map((one) => resolved(document, one));
  const keys = parameters.map((parameter) => `${String(parameter['in'])} ${String(parameter['name'])}`);
  const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => `path ${match[1] ?? ''}`);
  const declared = keys.filter((key) => key.startsWith('path '));
  return [
    ...wrong(new Set(keys).size !== keys.length, `${where}: a parameter is declared twice`),
    ...inPath.filter((key) => !declared.includes(key)).map((key) => `${where}: ${key} is not declared`),
    ...declared.filter((key) => !inPath.includes(key)).map((key) => `${where}: ${key} is not in the path`),
    ...parameters.flatMap((parameter) => {
      const name = `${where}: parameter ${String(parameter['name'])}`;
      return [
        ...unknownMembers(name, parameter, PARAMETER_MEMBERS),
        ...wrong(!['path', 'query', 'header', 'cookie'].includes(String(parameter['in'])), `${name} is nowhere`),
        ...wrong(parameter['in'] === 'path' && parameter['required'] !== true, `${name} must be required`),
        ...wrong(!isObject(parameter['schema']), `${name} has no schema`),
      ];
    }),
  ];
}

function answerProblems(document: Json, where: string, operation: Json): string[] {
  const answers = Object.entries(objectAt(operation, 'responses'));
  const body = operation['requestBody'];
  const contents = [
    ...answers.map(([, answer]) => objectAt(resolved(document, answer), 'content')),
    objectAt(body, 'content'),
  ];
  return [
    ...wrong(!answers.some(([status]) => /^2\d\d$/.test(status)), `${where}: no success is documented`),
    ...wrong(body !== undefined && Object.keys(objectAt(body, 'content')).length === 0, `${where}: an empty body`),
    ...answers.flatMap(([status, answer]) => {
      const target = resolved(document, answer);
      return [
        ...wrong(!/^[1-5](?:\d\d|XX)$|^default$/.test(status), `${where}: ${status} is no status`),
        ...wrong(typeof target['description'] !== 'string', `${where}: ${status} has no description`),
        ...unknownMembers(`${where} ${status}`, target, ANSWER_MEMBERS),
      ];
    }),
    ...contents.flatMap((content) =>
      Object.entries(content).flatMap(([type, media]) =>
        wrong(!/^[\w.+-]+\/[\w.+-]+$/.test(type) || !isObject(objectAt(media, 'schema')), `${where}: ${type}`),
      ),
    ),
  ];
}

function componentProblems(document: Json): string[] {
  const encoded = JSON.stringify(document);
  return Object.entries(objectAt(document, 'components')).flatMap(([kind, components]) =>
    Object.keys(isObject(components) ? components : {}).flatMap((name) => [
      ...wrong(!COMPONENT_NAME.test(name), `${name} is no name of a component`),
      ...wrong(
        kind !== 'securitySchemes' && !encoded.includes(`"#/components/${kind}/${name}"`),
        `${kind} ${name} is not used`,
      ),
    ]),
  );
}

function schemaProblems(document: Json): string[] {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, validateFormats: false, logger: false });
  ajv.addKeyword('components');
  ajv.addSchema({ $id: 'https://document.invalid/', components: document['components'] }, undefined, false, false);
  return Object.keys(objectAt(objectAt(document, 'components'), 'schemas')).flatMap((name) => {
    try {
      ajv.compile({ $ref: `https://document.invalid/#/components/schemas/${name}` });
      return [];
    } catch (error) {
      return [`schema ${name}: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
}

function unknownMembers(where: string, object: Json, known: readonly string[]): string[] {
  return Object.keys(object)
    .filter((name) => !known.includes(name) && !name.startsWith('x-'))
    .map((name) => `${where}: ${name} is no member of OpenAPI 3.1 here`);
}

function wrong(is: boolean, problem: string): string[] {
  return is ? [problem] : [];
}
