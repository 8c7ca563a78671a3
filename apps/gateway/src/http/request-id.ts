import { holdsSecret } from '#audit-trail';
import type { IncomingMessage } from 'node:http';
import { v7 as uuidv7 } from 'uuid';

const WELL_FORMED = /^[A-Za-z0-9._-]{1,128}$/;

/**
 * The caller's `X-Request-Id` when it is well-formed, else a new id; a bad one is replaced, not refused. It goes into logs and the
 * audit log, so a secret of the product's is a bad one.
 */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const sent = request.headers['x-request-id'];
  return typeof sent === 'string' && WELL_FORMED.test(sent) && !holdsSecret(sent) ? sent : uuidv7();
}
