import { Type, type Static } from '@sinclair/typebox';
import { AUDIT_EVENT_TYPES } from './audit-catalogue.js';
import { Instant, nullable, PageRequest, pageOf, Uuid } from './common.js';
import { defineCall, defineDurableEvent } from './contract.js';

/**
 * One audit event, in the very form the API shows and the log keeps, hence snake_case. Never holds a secret, token or
 * password: `details` masks them with `"***"`.
 */
export const AuditEvent = Type.Object(
  {
    /** UUIDv7 of `time`, to the millisecond: the order of ids is that of times. Also the key that makes ingest idempotent. */
    id: Uuid,
    /** Name of the realm it happened in. */
    realm: Type.String({ maxLength: 255 }),
    realm_id: nullable(Uuid),
    type: Type.Union(AUDIT_EVENT_TYPES.map((name) => Type.Literal(name))),
    outcome: Type.Union([Type.Literal('success'), Type.Literal('failure')]),
    /** Internal reason of a failure (`wrong_secret`); null on success. */
    reason: nullable(Type.String({ maxLength: 255 })),
    time: Instant,
    actor: Type.Object({
      kind: Type.Union([
        Type.Literal('user'),
        Type.Literal('service_account'),
        Type.Literal('client'),
        Type.Literal('system'),
        Type.Literal('anonymous'),
      ]),
      id: nullable(Type.String()),
      client_id: nullable(Type.String({ maxLength: 255 })),
    }),
    /** The `client_id` concerned (as sent, cut to 255, when it is unknown). */
    client_id: nullable(Type.String({ maxLength: 255 })),
    subject_id: nullable(Type.String()),
    jti: nullable(Type.String()),
    target: nullable(Type.Object({ kind: Type.String(), id: Type.String() })),
    ip: nullable(Type.String({ maxLength: 64 })),
    user_agent: nullable(Type.String({ maxLength: 512 })),
    request_id: Type.String({ maxLength: 128 }),
    trace_id: nullable(Type.String({ maxLength: 64 })),
    details: Type.Record(Type.String(), Type.Unknown()),
  },
  { additionalProperties: false },
);
/** One audit event. */
export type AuditEvent = Static<typeof AuditEvent>;

/** An event as the log shows it. */
export const LoggedAuditEvent = Type.Object(
  {
    ...AuditEvent.properties,
    /** When its personal members were erased; absent while they are there. */
    erased_at: Type.Optional(Instant),
  },
  { additionalProperties: false },
);
/** An event as the log shows it. */
export type LoggedAuditEvent = Static<typeof LoggedAuditEvent>;

/** Everything worth a record goes through here; `publish` resolves when it is durable (G1). */
export const AuditEventRecorded = defineDurableEvent({
  subject: 'audit.event.recorded.v1',
  stream: 'AUDIT',
  publishers: ['registry', 'roles', 'identity', 'tokens', 'gateway', 'audit'],
  event: AuditEvent,
});

/** Lists events of a realm, newest first. */
export const ListAuditEvents = defineCall({
  subject: 'audit.event.list.v1',
  callers: ['gateway'],
  request: Type.Object({
    realm: Type.String(),
    realmId: Uuid,
    page: PageRequest,
    filter: Type.Partial(
      Type.Object({
        type: Type.String(),
        outcome: Type.Union([Type.Literal('success'), Type.Literal('failure')]),
        actorId: Type.String(),
        clientId: Type.String(),
        subjectId: Type.String(),
        jti: Type.String(),
        ip: Type.String(),
        from: Instant,
        to: Instant,
      }),
    ),
  }),
  reply: pageOf(LoggedAuditEvent),
});

/** Reads one event of a realm; `not_found`. */
export const ReadAuditEvent = defineCall({
  subject: 'audit.event.read.v1',
  callers: ['gateway'],
  request: Type.Object({ realm: Type.String(), realmId: Uuid, id: Uuid }),
  reply: LoggedAuditEvent,
});
