import type { ErrorCode } from '#errors';
import { routeHandlers, type RouteHandler } from '../access/route-table.js';
import type { Components, Json } from './components.js';
import { errorAnswers, errorsOf } from './errors.js';
import type { OperationDoc, ResourceDoc } from './operation.js';
import { RESOURCES } from './resources.js';
import { bodyOf, pathParameters, successStatus, type BodyInput } from './route-inputs.js';

/** A route and what is written of it. */
export interface DocumentedRoute {
  readonly method: string;
  /** Path with `{name}` for parameters. */
  readonly path: string;
  readonly route: RouteHandler;
  readonly resource: ResourceDoc;
  readonly doc: OperationDoc;
}

/** Every documented route, in the order of the resources; and what is out of step between the two lists. */
export function documentedRoutes(
  routes: readonly RouteHandler[] = routeHandlers(),
  resources: readonly ResourceDoc[] = RESOURCES,
): {
  readonly documented: readonly DocumentedRoute[];
  readonly undocumented: readonly string[];
  readonly stale: readonly string[];
} {
  const left = new Map(routes.map((route) => [`${route.facts.method} ${templateOf(route)}`, route]));
  const documented: DocumentedRoute[] = [];
  const stale: string[] = [];
  for (const resource of resources) {
    for (const [key, doc] of Object.entries(resource.operations)) {
      const route = left.get(key);
      if (route === undefined) stale.push(key);
      else documented.push({ method: route.facts.method, path: templateOf(route), route, resource, doc });
      left.delete(key);
    }
  }
  return { documented, undocumented: [...left.keys()], stale };
}

/** The operation object of a route. */
export function operation({ route, resource, doc }: DocumentedRoute, components: Components): Json {
  const { requirement } = route.facts;
  // What is written of a body goes before what its class says.
  const body = doc.body === undefined ? bodyOf(route) : null;
  const takesJson = body !== null || doc.body?.type === 'application/json';
  const errors = errorsOf(route, doc, takesJson);
  return {
    operationId: doc.id,
    tags: [resource.name],
    summary: doc.summary,
    ...(doc.description === undefined ? {} : { description: doc.description }),
    ...accessOf(doc, requirement),
    parameters: parameters(route, doc, components),
    ...requestBody(doc, body, components),
    responses: responses(route, doc, errors, components),
  };
}

function templateOf({ facts }: RouteHandler): string {
  return facts.path.replaceAll(/:(\w+)/g, '{$1}');
}

function accessOf(doc: OperationDoc, requirement: RouteHandler['facts']['requirement']): Json {
  // RFC 6749 §2.3.1: Basic, or in the body, or (public clients) not at all.
  if (doc.oauth === true) return { security: [{ clientBasic: [] }, {}] };
  if (requirement?.kind === 'public') return { security: [] };
  return {
    security: [{ bearer: [] }],
    // One of these is enough; an empty list is a route that lets nobody in.
    'x-required-permissions': requirement?.anyOf ?? [],
    ...(typeof requirement?.issuedBy === 'string' ? { 'x-required-realm': requirement.issuedBy } : {}),
  };
}

function parameters(route: RouteHandler, doc: OperationDoc, components: Components): readonly Json[] {
  const shared = (name: string) => ({ $ref: `#/components/parameters/${name}` });
  return [
    ...[...pathParameters(route)].map(([name, schema]) => ({
      name,
      in: 'path',
      required: true,
      schema: components.schema(schema),
    })),
    ...Object.entries(doc.query ?? {}).map(([name, schema]) => ({
      name,
      in: 'query',
      ...(doc.required?.includes(name) === true ? { required: true } : {}),
      ...(doc.exampleQuery?.[name] === undefined ? {} : { example: doc.exampleQuery[name] }),
      schema: components.schema(schema),
    })),
    ...Object.entries(doc.headers ?? {}).map(([name, schema]) => ({
      name,
      in: 'header',
      schema: components.schema(schema),
    })),
    ...(doc.conditional === true ? [shared('IfMatch')] : []),
    ...(doc.tagged === true && route.facts.method === 'GET' ? [shared('IfNoneMatch')] : []),
    shared('RequestId'),
  ];
}

function requestBody(doc: OperationDoc, body: BodyInput | null, components: Components): Json {
  const example = doc.example === undefined ? {} : { example: doc.example };
  if (doc.body !== undefined) {
    const schema = components.schema(doc.body.schema);
    return { requestBody: { required: true, content: { [doc.body.type]: { schema, ...example } } } };
  }
  if (body === null) return {};
  const schema = components.schema(body.schema);
  return {
    requestBody: {
      required: body.required,
      content: Object.fromEntries(body.types.map((type) => [type, { schema, ...example }])),
    },
  };
}

function responses(
  route: RouteHandler,
  doc: OperationDoc,
  errors: ReadonlySet<ErrorCode>,
  components: Components,
): Json {
  const header = (name: string) => ({ $ref: `#/components/headers/${name}` });
  const tag = doc.tagged === true ? { ETag: header('ETag') } : {};
  const always = { 'X-Request-Id': header('RequestId') };
  const content = (type: string, schema: object) => ({ content: { [type]: { schema: components.schema(schema) } } });
  return {
    ...errorAnswers(errors, doc.oauth === true),
    ...Object.fromEntries(
      Object.entries(doc.others ?? {}).map(([status, { description, schema }]) => [
        status,
        {
          description,
          headers: { ...always, ...(status === '503' ? { 'Retry-After': header('RetryAfter') } : {}) },
          ...content('application/json', schema),
        },
      ]),
    ),
    [successStatus(route)]: {
      description: doc.answer === null ? 'Done.' : `${doc.summary}: done.`,
      headers: {
        ...always,
        ...tag,
        ...(doc.located === true ? { Location: header('Location') } : {}),
        ...Object.fromEntries(
          Object.entries(doc.answerHeaders ?? {}).map(([name, schema]) => [
            name,
            { schema: components.schema(schema) },
          ]),
        ),
      },
      ...(doc.answer === null ? {} : content(doc.answerType ?? 'application/json', doc.answer)),
    },
    ...(doc.tagged === true && route.facts.method === 'GET'
      ? { 304: { description: 'The caller has it already.', headers: { ...always, ...tag } } }
      : {}),
  };
}
