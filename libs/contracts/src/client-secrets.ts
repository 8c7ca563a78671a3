import { Type, type Static } from '@sinclair/typebox';
import { Acknowledged, Actor, Instant, nullable, Uuid } from './common.js';
import { defineCall } from './contract.js';
import { IdempotencyKey } from './idempotency.js';

/** A client's secret as administrators see it: never its text. */
export const ClientSecretInfo = Type.Object({
  id: Uuid,
  name: nullable(Type.String()),
  /** Its last characters. */
  hint: Type.String(),
  createdAt: Instant,
  expiresAt: nullable(Instant),
  /** The minute in which a client last authenticated with it; null when it never did. */
  lastUsedAt: nullable(Instant),
});
/** A client's secret as administrators see it. */
export type ClientSecretInfo = Static<typeof ClientSecretInfo>;

/** Lists the secrets of a client, oldest first, those included that have expired and are not cleared away yet; `not_found`. */
export const ListClientSecrets = defineCall({
  subject: 'registry.secret.list.v1',
  callers: ['gateway'],
  request: Type.Object({ realmId: Uuid, clientId: Uuid }),
  reply: Type.Object({ items: Type.Array(ClientSecretInfo) }),
});

/**
 * Gives a client one more secret; the others stay. The reply is the only time its text leaves the registry. `conflict` for a
 * client that has no secrets, or too many; `validation_failed` when it would have expired already.
 */
export const CreateClientSecret = defineCall({
  subject: 'registry.secret.create.v1',
  callers: ['gateway'],
  request: Type.Object({
    actor: Actor,
    idempotencyKey: Type.Optional(IdempotencyKey),
    realmId: Uuid,
    clientId: Uuid,
    name: nullable(Type.String({ minLength: 1, maxLength: 255 })),
    expiresAt: nullable(Instant),
  }),
  /** `replayed`: as for clients. Then the text is null. */
  reply: Type.Object({
    secret: ClientSecretInfo,
    text: nullable(Type.String()),
    replayed: Type.Optional(Type.Boolean()),
  }),
  deadlineMs: 8_000,
});

/**
 * Deletes a secret: when the reply arrives no instance takes it any more (G2). One that was used within the last hour only goes
 * with `force` (`conflict`).
 */
export const DeleteClientSecret = defineCall({
  subject: 'registry.secret.delete.v1',
  callers: ['gateway'],
  request: Type.Object({ actor: Actor, realmId: Uuid, clientId: Uuid, secretId: Uuid, force: Type.Boolean() }),
  reply: Acknowledged,
  deadlineMs: 8_000,
});

/** How many uses one call reports at most. */
export const MAX_SECRET_USES = 500;

/**
 * Reports which secrets were used, and in which minute. What is gone by now is passed over. `busy` are those that somebody is
 * changing at this moment: they are to be reported again.
 */
export const TouchClientSecrets = defineCall({
  subject: 'registry.secret.touch.v1',
  callers: ['tokens'],
  request: Type.Object({
    uses: Type.Array(Type.Object({ realmId: Uuid, secretId: Uuid, usedAt: Instant }), {
      minItems: 1,
      maxItems: MAX_SECRET_USES,
    }),
  }),
  reply: Type.Object({ busy: Type.Array(Uuid) }),
});
