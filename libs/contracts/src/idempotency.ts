import { Type, type Static } from '@sinclair/typebox';
import { nullable } from './common.js';

/** The characters of an idempotency key: visible ASCII, so that it can stand in a header. */
export const IDEMPOTENCY_KEY_PATTERN = '^[\\x21-\\x7e]{1,255}$';

/**
 * The caller's name for one creation (the `Idempotency-Key` header), or null. The service that owns what is created keeps it,
 * in the transaction of the creation, for `IDEMPOTENCY_KEPT_SECONDS`: the same key with the same request creates nothing
 * more and is answered as the first time; with another request it is `idempotency_key_reused`.
 */
export const IdempotencyKey = nullable(Type.String({ pattern: IDEMPOTENCY_KEY_PATTERN }));
/** The caller's name for one creation. */
export type IdempotencyKey = Static<typeof IdempotencyKey>;

/** How long a key is remembered: a day. */
export const IDEMPOTENCY_KEPT_SECONDS = 86_400;
