import type { Peer } from '#contracts';
import type { FastifyRequest } from 'fastify';
import { isIP } from 'node:net';

const MAPPED_IPV4 = '::ffff:';

/** Facts about the HTTP peer. `request.ip` follows `X-Forwarded-For` only through trusted proxies (see the adapter). */
export function peerOf(request: FastifyRequest): Peer {
  const userAgent = request.headers['user-agent'];
  return {
    ip: addressOf(request.ip) ?? addressOf(request.socket.remoteAddress),
    userAgent: userAgent === undefined ? null : userAgent.slice(0, 512),
  };
}

function addressOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  const plain = text.startsWith(MAPPED_IPV4) && text.includes('.') ? text.slice(MAPPED_IPV4.length) : text;
  // What a proxy forwards may be no address at all ("unknown", RFC 7239 §6); then the proxy's own is the best fact.
  return isIP(plain) === 0 ? null : plain.slice(0, 64);
}
