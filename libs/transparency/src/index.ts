export { fromBase64, hashFromBase64, toBase64 } from './base64.js';
export { ERASURE_EVENT } from './export/erasures.js';
export { type ExportReport } from './export/report.js';
export { type ConsistencyProof, type KeptCheckpoint } from './export/kept-checkpoints.js';
export { EXPORT_FORMAT, type ExportLine, type StoredRecord, type StrayRecord } from './export/lines.js';
export { type ExportProblem, type ProblemKind } from './export/problem.js';
export { verifyExport, type ExportVerdict, type VerifyExportOptions } from './export/verify-export.js';
export {
  beginExport,
  writeExport,
  writeExportPage,
  type ExportCursor,
  type ExportPage,
  type ExportPageLimits,
  type ExportSource,
} from './export/write-export.js';
export { canonicalJson } from './leaf/canonical-json.js';
export {
  layDown,
  leafData,
  makeLeaf,
  pickUp,
  type EventLeaf,
  type EventToLayDown,
  type LaidDownEvent,
} from './leaf/event-leaf.js';
export { openCheckpoint, readCheckpoint, signCheckpoint, type Checkpoint } from './note/checkpoint.js';
export { NoteError } from './note/signed-note.js';
export {
  formatVerifierKey,
  parseVerifierKey,
  verifierKey,
  type NoteSigner,
  type VerifierKey,
} from './note/verifier-key.js';
export { CompactRange } from './tree/compact-range.js';
export { EMPTY_ROOT, HASH_BYTES, leafHash, nodeHash } from './tree/hashes.js';
export { proveConsistency, proveInclusion } from './tree/prove.js';
export { type Subtree } from './tree/ranges.js';
export { TILE_HEIGHT, TILE_WIDTH, TreeReader, type NodeStore } from './tree/tree-reader.js';
export { verifyConsistency, verifyInclusion, type ConsistencyClaim, type InclusionClaim } from './tree/verify.js';
