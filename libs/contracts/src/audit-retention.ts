import { Type, type Static } from '@sinclair/typebox';
import { Actor, nullable, Uuid } from './common.js';
import { defineCall } from './contract.js';

/**
 * How long events are kept. A class, not a number of days: events of one class and time lie together and are dropped
 * together.
 */
export const RETENTION_CLASSES = ['30d', '90d', '1y', '3y', '7y', 'forever'] as const;
/** A class of keeping. */
export type RetentionClass = (typeof RETENTION_CLASSES)[number];
export const RetentionClassSchema = Type.Union(RETENTION_CLASSES.map((name) => Type.Literal(name)));

/** How long a realm's events are kept, in the form the API shows it. */
export const AuditRetention = Type.Object({
  /** What was decided last. */
  retention: RetentionClassSchema,
  /** The UTC day from which it holds for new events; null when nothing was ever decided. */
  effective_from: nullable(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })),
  /** What holds for events of today. */
  in_force: RetentionClassSchema,
});
/** How long a realm's events are kept. */
export type AuditRetention = Static<typeof AuditRetention>;

const Reply = Type.Object({ retention: AuditRetention, version: Type.Integer({ minimum: 0 }) });

/** Tells how long a realm's events are kept. */
export const ReadAuditRetention = defineCall({
  subject: 'audit.retention.read.v1',
  callers: ['gateway'],
  request: Type.Object({ realmId: Uuid }),
  reply: Reply,
});

/**
 * Decides how long a realm's events are kept, from the next UTC day on; what is recorded keeps its class. `precondition_failed`
 * when `ifVersion` is not the version.
 */
export const SetAuditRetention = defineCall({
  subject: 'audit.retention.set.v1',
  callers: ['gateway'],
  request: Type.Object({
    actor: Actor,
    realm: Type.String(),
    realmId: Uuid,
    retention: RetentionClassSchema,
    ifVersion: nullable(Type.Integer()),
  }),
  reply: Reply,
});
