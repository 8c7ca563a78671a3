import { Type, type Static } from '@sinclair/typebox';
import { Instant, PageRequest, pageOf } from './common.js';
import { defineCall } from './contract.js';

/** How much of a payload is shown. */
export const SHOWN_POISON_CHARACTERS = 4_000;

/** A payload that arrived on the stream and is no audit event, in the form the API shows it. */
export const PoisonedPayload = Type.Object({
  /** SHA-256 of the payload, in hex; also what names it in the service's log. */
  digest: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  /** What is wrong with it. */
  error: Type.String(),
  received_at: Instant,
  /** Length of the whole payload, in bytes. */
  bytes: Type.Integer({ minimum: 0 }),
  /** Its beginning, as text; what is no text is replaced. */
  payload: Type.String(),
});
/** A payload that is no audit event. */
export type PoisonedPayload = Static<typeof PoisonedPayload>;

/** Lists what was set aside, newest first; of all realms, because a payload that is no event has none. */
export const ListPoison = defineCall({
  subject: 'audit.poison.list.v1',
  callers: ['gateway'],
  request: Type.Object({ page: PageRequest }),
  reply: pageOf(PoisonedPayload),
});
