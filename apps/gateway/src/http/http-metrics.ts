import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter, Histogram } from 'prom-client';

const duration = new Histogram({
  name: 'chancery_gateway_request_duration_seconds',
  help: 'Time from the request to the end of its answer.',
  labelNames: ['method', 'route', 'status'] as const,
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

/** Requests refused because too many were in hand. */
export const shedRequests = new Counter({
  name: 'chancery_gateway_shed_requests_total',
  help: 'Requests answered 503 at once because too many were in hand.',
});

/** Bound children: finding one by its labels costs more than observing. Routes, methods and statuses are few. */
const children = new Map<string, Histogram.Internal<'method' | 'route' | 'status'>>();

/** Observes one finished request under its route's pattern (never its path, which callers choose). */
export function observeRequest(request: FastifyRequest, reply: FastifyReply): void {
  const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
  const key = `${request.method} ${route} ${reply.statusCode}`;
  let child = children.get(key);
  if (child === undefined) {
    const { method } = request;
    child = duration.labels({ method, route, status: String(reply.statusCode) });
    children.set(key, child);
  }
  child.observe(reply.elapsedTime / 1_000);
}
