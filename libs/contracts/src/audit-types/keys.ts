import { Type } from '@sinclair/typebox';
import { nullable } from '../common.js';
import { auditType, said } from './audit-type.js';

const ALGORITHM = { algorithm: said(Type.String(), 'the JWS algorithm it signs with') };

/** Signing keys. The target is the key id. */
export const KEY_AUDIT_TYPES = {
  'signing_key.created': auditType('A realm was given a signing key.', 'signing_key', ALGORITHM, {
    actors: ['system'],
  }),
  'signing_key.rotated': auditType(
    'A realm signs with a new key. The old one verifies until every token that it signed has expired.',
    'signing_key',
    { ...ALGORITHM, replaced_kid: said(nullable(Type.String()), 'the key that signed before') },
  ),
};
