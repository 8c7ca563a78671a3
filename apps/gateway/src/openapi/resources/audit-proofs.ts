import { Type } from '@sinclair/typebox';
import type { ResourceDoc } from '../operation.js';
import { dataOf, orNull, pageOf, PAGING, Time } from '../schemas.js';

const Size = Type.Integer({ minimum: 0, description: 'A number of records.' });
const Hash = Type.String({ contentEncoding: 'base64', description: 'SHA-256, in base64.' });
const Note = Type.String({ description: 'As it was signed: C2SP tlog-checkpoint. Verify and keep it as it is.' });

const AuditCheckpoint = Type.Object(
  { size: Size, root_hash: Hash, note: Note, signed_at: Time },
  { $id: 'AuditCheckpoint' },
);
const AuditKey = Type.Object(
  {
    name: Type.String({ description: 'Names the log; the first line of its checkpoints.' }),
    key_id: Type.String(),
    algorithm: Type.Literal('Ed25519'),
    verifier_key: Type.String({ description: 'C2SP signed-note: what `chancery audit verify --key` takes.' }),
    created_at: Time,
  },
  { $id: 'AuditKey' },
);
const EventProof = Type.Object(
  {
    leaf_index: Size,
    tree_size: Size,
    leaf_hash: Hash,
    inclusion_path: Type.Array(Hash),
    checkpoint: Note,
    leaf_data: Type.String({ description: 'The leaf hash is SHA-256 of a byte 0x00 and this text.' }),
    personal: orNull(Type.String({ description: 'The personal members, canonical JSON; null when erased.' })),
    personal_salt: orNull(Type.String({ contentEncoding: 'base64' })),
  },
  { $id: 'AuditEventProof' },
);
const Consistency = Type.Object(
  { tree_size_1: Size, tree_size_2: Size, consistency_path: Type.Array(Hash) },
  { $id: 'AuditConsistency' },
);
const SCOPE = {
  scope: Type.String({
    maxLength: 36,
    description: 'In `master` only: `unknown_realm` for events that named no known realm, or the id of any realm.',
  }),
};

/** What proves the audit log. */
export const AUDIT_PROOFS: ResourceDoc = {
  name: 'Audit proofs',
  description: 'Checkpoints of the Merkle tree over the log, and proofs (RFC 9162). See docs/audit.md.',
  operations: {
    'GET /realms/{realm}/audit/checkpoint': {
      id: 'readAuditCheckpoint',
      summary: 'Read the last checkpoint, or the one of a size',
      answer: Note,
      answerType: 'text/plain',
      query: { ...SCOPE, size: Size },
    },
    'GET /realms/{realm}/audit/checkpoints': {
      id: 'listAuditCheckpoints',
      summary: 'List checkpoints, largest first',
      answer: pageOf(AuditCheckpoint),
      query: { ...SCOPE, ...PAGING },
    },
    'GET /realms/{realm}/audit/keys': {
      id: 'listAuditKeys',
      summary: 'List the keys that verify checkpoints',
      answer: pageOf(AuditKey),
      query: SCOPE,
    },
    'GET /realms/{realm}/audit/consistency': {
      id: 'proveAuditConsistency',
      summary: 'Prove that the log begins with all that it had at an earlier size',
      answer: dataOf(Consistency),
      query: {
        ...SCOPE,
        from: Type.Integer({ minimum: 0, default: 0, description: 'The earlier size.' }),
        to: Type.Integer({ minimum: 0, description: 'The later size; that of the last checkpoint unless given.' }),
      },
    },
    'GET /realms/{realm}/audit/events/{id}/proof': {
      id: 'proveAuditEvent',
      summary: 'Prove that an event is in the log',
      description:
        'An event younger than the last checkpoint has one signed for it. For an event that is not the one that the tree has at its place ' +
        'the answer is 409: it was altered, or inserted.',
      answer: dataOf(EventProof),
      query: { tree_size: Type.Integer({ minimum: 0, description: 'Size of the checkpoint to prove it in.' }) },
      errors: ['conflict'],
    },
  },
};
