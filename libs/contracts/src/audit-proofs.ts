import { Type } from '@sinclair/typebox';
import { Instant, nullable, PageRequest, pageOf, Uuid } from './common.js';
import { defineCall } from './contract.js';

/** A number of records of a log. */
const TreeSize = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/**
 * Which tree is meant: the realm's own when null. For `master` also that of events of no known realm (`unknown_realm`), and
 * that of any realm by its id.
 */
export const AuditTreeScope = nullable(Type.Union([Type.Literal('unknown_realm'), Uuid]));

const OfTree = { realm: Type.String(), realmId: Uuid, scope: AuditTreeScope };

/** A signed checkpoint of a realm's log; hashes are base64. */
export const AuditCheckpoint = Type.Object({
  size: TreeSize,
  rootHash: Type.String(),
  /** As it was signed: C2SP tlog-checkpoint. */
  note: Type.String(),
  signedAt: Instant,
});

/** Reads the last checkpoint of a tree, or the one of a size; `not_found` for a size at which none was signed. */
export const ReadAuditCheckpoint = defineCall({
  subject: 'audit.checkpoint.read.v1',
  callers: ['gateway'],
  request: Type.Object({ ...OfTree, size: nullable(TreeSize) }),
  reply: AuditCheckpoint,
});

/** Lists the checkpoints of a tree, largest first. */
export const ListAuditCheckpoints = defineCall({
  subject: 'audit.checkpoint.list.v1',
  callers: ['gateway'],
  request: Type.Object({ ...OfTree, page: PageRequest }),
  reply: pageOf(AuditCheckpoint),
});

/** A key that verifies checkpoints. */
export const AuditKey = Type.Object({
  name: Type.String(),
  /** Four bytes in hex (C2SP signed-note). */
  keyId: Type.String({ pattern: '^[0-9a-f]{8}$' }),
  /** `<name>+<key id>+<base64>`: what the offline verifier takes. */
  verifierKey: Type.String(),
  createdAt: Instant,
});

/** Lists the public keys that verify a tree's checkpoints. */
export const ListAuditKeys = defineCall({
  subject: 'audit.key.list.v1',
  callers: ['gateway'],
  request: Type.Object(OfTree),
  reply: Type.Object({ items: Type.Array(AuditKey) }),
});

/** Proves that an event is in the log (RFC 9162 §2.1.3); `not_found`. */
export const ProveAuditEvent = defineCall({
  subject: 'audit.event.prove.v1',
  callers: ['gateway'],
  request: Type.Object({ realm: Type.String(), realmId: Uuid, id: Uuid, size: nullable(TreeSize) }),
  reply: Type.Object({
    leafIndex: TreeSize,
    leafHash: Type.String(),
    /** What the leaf's hash is over, after a byte 0x00. */
    leafData: Type.String(),
    /** Canonical JSON; null when erased. */
    personal: nullable(Type.String()),
    personalSalt: nullable(Type.String()),
    treeSize: TreeSize,
    inclusionPath: Type.Array(Type.String()),
    checkpoint: Type.String(),
  }),
});

/** Proves that a tree begins with all of a smaller one (RFC 9162 §2.1.4). */
export const ProveAuditConsistency = defineCall({
  subject: 'audit.consistency.prove.v1',
  callers: ['gateway'],
  request: Type.Object({ ...OfTree, from: TreeSize, to: nullable(TreeSize) }),
  reply: Type.Object({ treeSize1: TreeSize, treeSize2: TreeSize, consistencyPath: Type.Array(Type.String()) }),
});
