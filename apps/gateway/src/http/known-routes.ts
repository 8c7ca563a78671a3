import type { RouteOptions } from 'fastify';

interface KnownRoute {
  readonly segments: readonly string[];
  readonly methods: Set<string>;
}

/** Which methods each path has, for 405 with `Allow` (RFC 9110 §15.5.6); asked only when no route matched. */
export class KnownRoutes {
  private readonly routes = new Map<string, KnownRoute>();

  /** Notes a route as Fastify registers it. */
  add(route: Pick<RouteOptions, 'method' | 'url'>): void {
    const known = this.routes.get(route.url) ?? { segments: route.url.split('/'), methods: new Set<string>() };
    for (const method of [route.method].flat()) known.methods.add(method.toUpperCase());
    this.routes.set(route.url, known);
  }

  /** The methods of the path of a URL, OPTIONS included; null when there is no such path. */
  methodsOf(url: string): readonly string[] | null {
    const segments = (url.split(/[?#]/, 1)[0] ?? '').split('/');
    const methods = new Set<string>();
    for (const route of this.routes.values()) {
      if (matches(route.segments, segments)) for (const method of route.methods) methods.add(method);
    }
    return methods.size === 0 ? null : [...methods, 'OPTIONS'].sort();
  }
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => (part.startsWith(':') ? segments[index] !== '' : part === segments[index]))
  );
}
