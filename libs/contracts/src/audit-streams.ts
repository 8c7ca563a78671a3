import { Type, type Static } from '@sinclair/typebox';
import { AuditTreeScope } from './audit-proofs.js';
import { ListAuditEvents, LoggedAuditEvent } from './audit.js';
import { nullable, Uuid } from './common.js';
import { defineCall } from './contract.js';

const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** Where an export stands; any replica can go on from there. */
export const AuditExportCursor = Type.Object({ size: Count, at: Count, lines: Count, records: Count });
/** Where an export stands. */
export type AuditExportCursor = Static<typeof AuditExportCursor>;

/**
 * Reads the next lines of the verifiable export of a tree; without a cursor it begins at `firstIndex` and ends in a checkpoint that
 * is signed then. `validation_failed` for a leaf that the tree does not have.
 */
export const ReadAuditExport = defineCall({
  subject: 'audit.export.read.v1',
  callers: ['gateway'],
  request: Type.Object({
    realm: Type.String(),
    realmId: Uuid,
    scope: AuditTreeScope,
    firstIndex: Count,
    cursor: nullable(AuditExportCursor),
  }),
  reply: Type.Object({ text: Type.String(), next: nullable(AuditExportCursor) }),
  deadlineMs: 15_000,
});

/** How far a reader has come in each of the logs that the realm's auditors see. */
export const AuditFeedPosition = Type.Array(Count, { minItems: 1, maxItems: 2 });

/**
 * Reads what has entered the log of a realm since a position, in that order; without a position only tells where the log ends. A
 * call looks at a bounded part: `more` says that there is more already. `malformed_request` for a position of another realm.
 */
export const ReadAuditFeed = defineCall({
  subject: 'audit.feed.read.v1',
  callers: ['gateway'],
  request: Type.Object({
    realm: Type.String(),
    realmId: Uuid,
    position: nullable(AuditFeedPosition),
    filter: Type.Omit(ListAuditEvents.request.properties.filter, ['from', 'to']),
  }),
  reply: Type.Object({
    items: Type.Array(Type.Object({ event: LoggedAuditEvent, position: AuditFeedPosition })),
    position: AuditFeedPosition,
    more: Type.Boolean(),
  }),
});
