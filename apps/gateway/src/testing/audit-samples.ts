const HASH = 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=';

/** A checkpoint as the audit service tells of it. */
export const CHECKPOINT = {
  size: 9,
  rootHash: HASH,
  note: `chancery/audit/0197c1f0-0000-7000-8000-000000000001\n9\n${HASH}\n\n\u2014 chancery/audit/0197c1f0-0000-7000-8000-000000000001 AAAAAA==\n`,
  signedAt: '2026-03-01T10:00:00.000Z',
};

/** A key that verifies checkpoints. */
export const AUDIT_KEY = {
  name: 'chancery/audit/0197c1f0-0000-7000-8000-000000000001',
  keyId: '0a0b0c0d',
  verifierKey: `chancery/audit/0197c1f0-0000-7000-8000-000000000001+0a0b0c0d+AQ${HASH.slice(2)}`,
  createdAt: '2026-03-01T10:00:00.000Z',
};

/** A proof that an event is in the log. */
export const EVENT_PROOF = {
  leafIndex: 3,
  leafHash: HASH,
  leafData: '{"event":{},"personal_hash":""}',
  personal: '{"details":{},"ip":null,"user_agent":null}',
  personalSalt: 'AAAAAAAAAAAAAAAAAAAAAA==',
  treeSize: 9,
  inclusionPath: [HASH],
  checkpoint: CHECKPOINT.note,
};
