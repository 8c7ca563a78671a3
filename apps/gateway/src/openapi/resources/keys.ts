import { SIGNING_ALGORITHMS } from '#contracts';
import { Type } from '@sinclair/typebox';
import type { ResourceDoc } from '../operation.js';
import { dataOf, oneOf, orNull, pageOf, Time } from '../schemas.js';

const SigningKey = Type.Object(
  {
    kid: Type.String(),
    algorithm: oneOf(SIGNING_ALGORITHMS),
    state: oneOf(['active', 'retired']),
    created_at: Time,
    retired_at: orNull(Time),
    published_until: Type.Union([Time, Type.Null()], { description: 'When a retired key leaves the key set.' }),
  },
  { $id: 'SigningKey' },
);

/** The signing keys of a realm. */
export const KEYS: ResourceDoc = {
  name: 'Keys',
  description: 'Signing keys. Their private halves are never shown.',
  operations: {
    'GET /realms/{realm}/keys': {
      query: {},
      id: 'listSigningKeys',
      summary: 'List signing keys',
      description: 'Always whole.',
      answer: pageOf(SigningKey),
    },
    'POST /realms/{realm}/keys/rotate': {
      id: 'rotateSigningKey',
      summary: 'Replace the active key of the default algorithm',
      description: 'The old key stays published until its tokens have expired.',
      answer: dataOf(SigningKey),
      errors: ['conflict'],
    },
  },
};
