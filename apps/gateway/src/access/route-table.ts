import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { GATEWAY_CONTROLLERS } from '../controllers.js';
import { requirementOf, type Requirement } from './requirements.js';

/** One route and what it asks of its caller. */
export interface RouteFacts {
  readonly method: string;
  /** Path with `:name` for parameters. */
  readonly path: string;
  /** Null when the route declares nothing: it answers 403 to everybody. */
  readonly requirement: Requirement | null;
}

/** A route and the method that handles it. */
export interface RouteHandler {
  readonly facts: RouteFacts;
  readonly controller: Type<object>;
  readonly name: string;
  readonly handler: object;
}

/** Every route, read from the decorators; tests walk it and the documentation is made from it. */
export function routeTable(controllers: readonly Type<object>[] = GATEWAY_CONTROLLERS): readonly RouteFacts[] {
  return routeHandlers(controllers).map(({ facts }) => facts);
}

/** Every route with its handler, for those who read more decorators than the table shows. */
export function routeHandlers(controllers: readonly Type<object>[] = GATEWAY_CONTROLLERS): readonly RouteHandler[] {
  return controllers.flatMap((controller) => {
    const prefix = pathOf(controller);
    const prototype = controller.prototype as Record<string, unknown>;
    return methodNames(prototype).flatMap((name) => {
      const handler = name === 'constructor' ? undefined : prototype[name];
      const method: unknown = typeof handler === 'function' ? Reflect.getMetadata(METHOD_METADATA, handler) : undefined;
      if (typeof handler !== 'function' || typeof method !== 'number') return [];
      const path = [prefix, pathOf(handler)].flatMap((part) => part.split('/')).filter((part) => part !== '');
      const facts = {
        method: RequestMethod[method] ?? 'GET',
        path: `/${path.join('/')}`,
        requirement: requirementOf(handler) ?? null,
      };
      return [{ facts, controller, name, handler }];
    });
  });
}

/** Those of a common base class too, first, as Nest serves them. */
function methodNames(prototype: object): readonly string[] {
  const parent = Object.getPrototypeOf(prototype) as object | null;
  const inherited = parent === null || parent === Object.prototype ? [] : methodNames(parent);
  return [...new Set([...inherited, ...Object.getOwnPropertyNames(prototype)])];
}

/** The route table as Markdown, for the documentation. */
export function routeTableMarkdown(): string {
  const rows = routeTable().map(({ method, path, requirement }) => [
    method,
    `\`${path.replaceAll(/:(\w+)/g, '{$1}')}\``,
    requirementText(requirement),
  ]);
  return [['method', 'path', 'needs'], ['---', '---', '---'], ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}

function requirementText(requirement: Requirement | null): string {
  if (requirement === null) return 'refused to everybody';
  if (requirement.kind === 'public') return 'nothing';
  const realm = requirement.issuedBy === null ? '' : `, in realm \`${requirement.issuedBy}\``;
  return `${requirement.anyOf.map((name) => `\`${name}\``).join(' or ')}${realm}`;
}

function pathOf(target: object): string {
  const path: unknown = Reflect.getMetadata(PATH_METADATA, target);
  return typeof path === 'string' ? path : '';
}
