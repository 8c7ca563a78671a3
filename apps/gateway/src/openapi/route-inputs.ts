import { RealmName } from '#contracts';
import { HTTP_CODE_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import type { RouteHandler } from '../access/route-table.js';
import { JsonBodyPipe } from '../http/json-body.pipe.js';
import { UuidPipe } from '../http/uuid.pipe.js';
import { bodySchema } from './body-schema.js';
import type { Json } from './components.js';
import { Id } from './schemas.js';

/** How Nest keeps the decorated arguments of a handler: the kind of each is the number before the colon. */
type Arguments = Readonly<Record<string, { readonly data?: unknown; readonly pipes?: readonly unknown[] }>>;

const BODY = '3:';
const PARAM = '5:';

/** A JSON body as a route takes it. */
export interface BodyInput {
  readonly schema: Json;
  readonly required: boolean;
  readonly types: readonly string[];
}

/** The JSON body that a handler decodes; null when it takes none. */
export function bodyOf(route: RouteHandler): BodyInput | null {
  const pipe = argumentsOf(route, BODY)
    .flatMap(({ pipes = [] }) => pipes)
    .find((candidate) => candidate instanceof JsonBodyPipe);
  if (pipe === undefined) return null;
  const { type, options } = pipe as JsonBodyPipe<object>;
  return {
    schema: bodySchema(type),
    required: options.optional !== true,
    types: ['application/json', ...(options.mergePatch === true ? ['application/merge-patch+json'] : [])],
  };
}

/** The parameters of a route's path, each with its schema. */
export function pathParameters(route: RouteHandler): ReadonlyMap<string, Json> {
  const ids = new Set(
    argumentsOf(route, PARAM)
      .filter(({ pipes = [] }) => pipes.some((pipe) => pipe === UuidPipe || pipe instanceof UuidPipe))
      .map(({ data }) => data),
  );
  const names = [...route.facts.path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');
  return new Map(
    names.map((name) => {
      // Whatever is called so is one, also where a base class takes it from the path itself.
      const schema =
        ids.has(name) || name === 'id' ? Id : name === 'realm' ? RealmName : { type: 'string', minLength: 1 };
      return [name, { ...schema }];
    }),
  );
}

/** The status of a success. */
export function successStatus({ facts, handler }: RouteHandler): number {
  const declared: unknown = Reflect.getMetadata(HTTP_CODE_METADATA, handler);
  return typeof declared === 'number' ? declared : facts.method === 'POST' ? 201 : 200;
}

function argumentsOf({ controller, name }: RouteHandler, kind: string) {
  const all = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as Arguments;
  return Object.entries(all)
    .filter(([key]) => key.startsWith(kind))
    .map(([, argument]) => argument);
}
