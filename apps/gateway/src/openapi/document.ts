import { Components, type Json } from './components.js';
import { errorComponents } from './errors.js';
import { documentedRoutes, operation } from './operations.js';
import { RESOURCES } from './resources.js';

/** The version of the product whose API this is; a test holds it to package.json. */
const API_VERSION = '0.1.0';

const text = { type: 'string' };
const header = (description: string, required: boolean, schema: Json = text) => ({ description, required, schema });

const HEADERS = {
  RequestId: header('The id of the request, in logs and audit events too.', true),
  ETag: header('The version of the object: send it back in `If-Match`.', true),
  Location: header('The path of what was created.', true),
  RetryAfter: header('Seconds after which the same request may succeed.', true, { type: 'integer', minimum: 1 }),
  Challenge: header('How to authenticate (RFC 6750 §3).', true),
  ScopeChallenge: header(
    '`error="insufficient_scope"` (RFC 6750 §3.1), when a permission of the route is missing.',
    false,
  ),
  ClientChallenge: header('When the client tried the `Authorization` header (RFC 6749 §5.2).', false),
};

const parameter = (name: string, description: string, schema: Json = text) => ({
  name,
  in: 'header',
  description,
  schema,
});

const PARAMETERS = {
  IfMatch: parameter('If-Match', 'The `ETag` that the change is based on; another one is answered 412.'),
  IfNoneMatch: parameter('If-None-Match', 'An `ETag` that the caller has; the same one is answered 304.'),
  RequestId: parameter('X-Request-Id', 'An id for this request; made when absent or malformed.', {
    type: 'string',
    pattern: '^[A-Za-z0-9._-]{1,128}$',
  }),
};

const SECURITY = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'An access token whose `aud` contains `realm-management`, of the realm in the path or of `master`. ' +
      '`x-required-permissions` lists permissions of which one is enough; they are read afresh for every request.',
  },
  clientBasic: {
    type: 'http',
    scheme: 'basic',
    description: 'client_secret_basic: `client_id` and secret, form-encoded (RFC 6749 §2.3.1).',
  },
};

/** The OpenAPI 3.1 document of the gateway, made from its routes, its DTO classes and the declared answers. */
export function openApiDocument(publicUrl: string): Json {
  const components = new Components();
  const paths: Record<string, Json> = {};
  for (const documented of documentedRoutes().documented) {
    const { method, path } = documented;
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(documented, components) };
  }
  const responses = usedBy(paths, errorComponents(components));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Chancery',
      version: API_VERSION,
      description: 'Registers clients, gives them roles, issues their tokens and keeps the record.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers: [{ url: publicUrl }],
    tags: RESOURCES.map(({ name, description }) => ({ name, description })),
    paths,
    components: {
      schemas: components.all(),
      responses,
      parameters: PARAMETERS,
      headers: HEADERS,
      securitySchemes: SECURITY,
    },
  };
}

/** Those components that something refers to. */
function usedBy(paths: object, responses: Json): Json {
  const encoded = JSON.stringify(paths);
  return Object.fromEntries(
    Object.entries(responses).filter(([name]) => encoded.includes(`"#/components/responses/${name}"`)),
  );
}
