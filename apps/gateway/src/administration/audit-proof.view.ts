import type { AuditCheckpoint, AuditKey, ProveAuditConsistency, ProveAuditEvent, ReplyOf } from '#contracts';
import type { Static } from '@sinclair/typebox';

/** A checkpoint as REST shows it. */
export function checkpointView({ size, rootHash, note, signedAt }: Static<typeof AuditCheckpoint>) {
  return { size, root_hash: rootHash, note, signed_at: signedAt };
}

/** A key that verifies checkpoints, as REST shows it. */
export function auditKeyView({ name, keyId, verifierKey, createdAt }: Static<typeof AuditKey>) {
  return { name, key_id: keyId, algorithm: 'Ed25519', verifier_key: verifierKey, created_at: createdAt };
}

/** An inclusion proof as REST shows it, in the words of RFC 9162. */
export function eventProofView(proof: ReplyOf<typeof ProveAuditEvent>) {
  return {
    leaf_index: proof.leafIndex,
    tree_size: proof.treeSize,
    leaf_hash: proof.leafHash,
    inclusion_path: proof.inclusionPath,
    checkpoint: proof.checkpoint,
    leaf_data: proof.leafData,
    personal: proof.personal,
    personal_salt: proof.personalSalt,
  };
}

/** A consistency proof as REST shows it, in the words of RFC 9162. */
export function consistencyView(proof: ReplyOf<typeof ProveAuditConsistency>) {
  return { tree_size_1: proof.treeSize1, tree_size_2: proof.treeSize2, consistency_path: proof.consistencyPath };
}
