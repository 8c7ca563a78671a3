import { IDEMPOTENCY_KEY_PATTERN } from '#contracts';
import { AppError } from '#errors';
import type { GatewayReply, GatewayRequest } from './gateway-request.js';

const KEY = new RegExp(IDEMPOTENCY_KEY_PATTERN);
const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/;

/**
 * The caller's name for a creation, or null. Taken as it is or as a quoted string (draft-ietf-httpapi-idempotency-key-header):
 * both name the same key.
 *
 * @throws AppError `malformed_request` for what cannot be a key.
 */
export function idempotencyKey(request: GatewayRequest): string | null {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return null;
  const text = typeof header === 'string' ? header.trim() : '';
  const key = QUOTED.exec(text)?.[1]?.replace(/\\(["\\])/g, '$1') ?? text;
  if (!KEY.test(key)) {
    throw new AppError('malformed_request', {
      detail: 'Idempotency-Key must be one value of 1 to 255 visible ASCII characters.',
    });
  }
  return key;
}

/** Says that the answer is the one of an earlier request under the same key. */
export function tellReplayed(reply: GatewayReply, replayed: boolean | undefined): void {
  if (replayed === true) reply.header('idempotency-replayed', 'true');
}
