import type { FastifyReply } from 'fastify';

/** Headers of every answer; a route that is meant to be cached overrides `cache-control`. */
export type CommonHeaders = Readonly<Record<string, string>>;

/**
 * Nothing here is a page: no framing, no sniffing, no resources, no storing. HSTS (RFC 6797) only where the public address
 * is https, because browsers refuse it otherwise.
 */
export function commonHeaders(publicUrl: string): CommonHeaders {
  return {
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

/** Sets the common headers and the request's id. */
export function setCommonHeaders(reply: FastifyReply, headers: CommonHeaders): void {
  for (const name in headers) reply.header(name, headers[name]);
  reply.header('x-request-id', reply.request.id);
}
