import type { Actor } from '#contracts';
import { AppError } from '#errors';
import { createHash } from 'node:crypto';

/** One creation as its caller named it. Only hashes: what a caller puts into a key is nobody's business at rest. */
export interface NamedCreation {
  /** Of who asks, for what, in which realm, and of the key: the same key of somebody else is another one. */
  readonly keyHash: Buffer;
  /** Of everything asked for. */
  readonly requestHash: Buffer;
}

/** The answer to a creation, kept in its transaction. */
export interface KeptAnswer extends NamedCreation {
  /** The realm that was created or created in: the answer goes with it. */
  readonly realmId: string;
  /** What was answered, as JSON, without the secret that is shown once. */
  readonly answer: string;
  readonly createdAt: Date;
}

/** The reason of the `conflict` of two creations under one key at the same time. */
export const KEY_TAKEN = 'idempotency_key_taken';

/** What names a creation; null when its caller gave no key. */
export function namedCreation(
  operation: string,
  request: { readonly actor: Actor; readonly idempotencyKey?: string | null | undefined; readonly realmId?: string },
): NamedCreation | null {
  const { actor, idempotencyKey, ...asked } = request;
  if (idempotencyKey === undefined || idempotencyKey === null) return null;
  return {
    keyHash: hashOf([operation, request.realmId ?? null, actor.kind, actor.realm, actor.id, idempotencyKey]),
    requestHash: hashOf(asked),
  };
}

/** The key was used for something else. */
export function keyReused(): AppError {
  return new AppError('idempotency_key_reused', {
    detail: 'This Idempotency-Key was used with another request. Use a new key for a new request.',
  });
}

/** Another creation under the key has committed. */
export function keyTaken(): AppError {
  return new AppError('conflict', { detail: 'This Idempotency-Key is in use.', reason: KEY_TAKEN });
}

function hashOf(value: unknown): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(ordered(value)), 'utf8')
    .digest();
}

/** With members in one order, so that equal requests have equal hashes. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, ordered(member)]);
}
