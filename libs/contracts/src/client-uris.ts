import { Type, type Static } from '@sinclair/typebox';
import { Acknowledged, Actor, nullable, Uuid } from './common.js';
import { defineCall } from './contract.js';
import { IdempotencyKey } from './idempotency.js';
import { RedirectUri } from './clients.js';

/**
 * What a client's URIs are for: where sign-in may send a browser (RFC 6749 §3.1.2), where sign-out may (OIDC RP-Initiated Logout
 * §3), and which origins' scripts may read answers (RFC 6454).
 */
export const CLIENT_URI_KINDS = ['redirect', 'post_logout_redirect', 'web_origin'] as const;
/** What a client's URI is for. */
export type ClientUriKind = (typeof CLIENT_URI_KINDS)[number];
const Kind = Type.Union(CLIENT_URI_KINDS.map((name) => Type.Literal(name)));

/** A URI of a client, of any kind. */
export const ClientUri = RedirectUri;
/** A URI of a client, of any kind. */
export type ClientUri = Static<typeof ClientUri>;

/** Lists the URIs of one kind of a client, oldest first; `not_found`. */
export const ListClientUris = defineCall({
  subject: 'registry.client-uri.list.v1',
  callers: ['gateway'],
  request: Type.Object({ realmId: Uuid, clientId: Uuid, kind: Kind }),
  reply: Type.Object({ items: Type.Array(ClientUri) }),
});

/** Adds one. `validation_failed` says why it is refused; `conflict` when the client has it already, or too many. */
export const AddClientUri = defineCall({
  subject: 'registry.client-uri.add.v1',
  callers: ['gateway'],
  request: Type.Object({
    actor: Actor,
    idempotencyKey: Type.Optional(IdempotencyKey),
    realmId: Uuid,
    clientId: Uuid,
    kind: Kind,
    value: Type.String({ maxLength: 2_048 }),
    enabled: Type.Boolean(),
  }),
  /** `replayed`: as for realms. */
  reply: Type.Object({ ...ClientUri.properties, replayed: Type.Optional(Type.Boolean()) }),
  deadlineMs: 8_000,
});

/** Reads one; `not_found`. */
export const ReadClientUri = defineCall({
  subject: 'registry.client-uri.read.v1',
  callers: ['gateway'],
  request: Type.Object({ realmId: Uuid, clientId: Uuid, kind: Kind, uriId: Uuid }),
  reply: ClientUri,
});

/**
 * The version of a URI, which its ETag is made of: when it changed last, in milliseconds. Each change is later than the one before.
 */
export function clientUriVersion({ updatedAt }: Pick<ClientUri, 'updatedAt'>): number {
  return Date.parse(updatedAt);
}

/** Enables or disables one; its value never changes. `not_found`, `precondition_failed` when `ifVersion` is not the present one. */
export const UpdateClientUri = defineCall({
  subject: 'registry.client-uri.update.v1',
  callers: ['gateway'],
  request: Type.Object({
    actor: Actor,
    realmId: Uuid,
    clientId: Uuid,
    kind: Kind,
    uriId: Uuid,
    ifVersion: Type.Optional(nullable(Type.Integer())),
    enabled: Type.Boolean(),
  }),
  reply: ClientUri,
  deadlineMs: 8_000,
});

/** Removes one; `not_found`, `precondition_failed`. */
export const RemoveClientUri = defineCall({
  subject: 'registry.client-uri.remove.v1',
  callers: ['gateway'],
  request: Type.Object({
    actor: Actor,
    realmId: Uuid,
    clientId: Uuid,
    kind: Kind,
    uriId: Uuid,
    ifVersion: Type.Optional(nullable(Type.Integer())),
  }),
  reply: Acknowledged,
  deadlineMs: 8_000,
});
