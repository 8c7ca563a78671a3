import { GRANT_TYPES } from '#contracts';
import { Type } from '@sinclair/typebox';
import type { ResourceDoc } from '../operation.js';
import { oneOf } from '../schemas.js';

const TokenRequest = Type.Object(
  {
    grant_type: oneOf(GRANT_TYPES),
    scope: Type.Optional(Type.String({ description: 'Permission names; asking for less narrows the token.' })),
    client_id: Type.Optional(Type.String()),
    client_secret: Type.Optional(Type.String({ description: 'client_secret_post; client_secret_basic is preferred.' })),
    username: Type.Optional(Type.String()),
    password: Type.Optional(Type.String()),
    resource: Type.Optional(
      Type.Array(Type.String(), { description: 'RFC 8707; the one parameter that may be repeated.' }),
    ),
  },
  { $id: 'TokenRequest' },
);

const TokenAnswer = Type.Object(
  {
    access_token: Type.String({ description: 'A JWT (RFC 9068).' }),
    token_type: oneOf(['Bearer']),
    expires_in: Type.Integer({ minimum: 1, description: 'Seconds.' }),
    scope: Type.String({ description: 'What was granted.' }),
  },
  { $id: 'TokenAnswer' },
);

const KeySet = Type.Object(
  {
    keys: Type.Array(
      Type.Object(
        {
          kid: Type.String(),
          kty: oneOf(['EC', 'RSA', 'OKP']),
          use: oneOf(['sig']),
          alg: Type.String(),
          crv: Type.Optional(Type.String()),
          x: Type.Optional(Type.String()),
          y: Type.Optional(Type.String()),
          n: Type.Optional(Type.String()),
          e: Type.Optional(Type.String()),
        },
        { $id: 'JsonWebKey' },
      ),
    ),
  },
  { $id: 'JsonWebKeySet' },
);

const words = Type.Array(Type.String());
const url = Type.String({ format: 'uri' });
/** Grows with what the product can do: members beyond those that are always there are allowed. */
const Metadata = Type.Object(
  {
    issuer: url,
    token_endpoint: url,
    jwks_uri: url,
    grant_types_supported: words,
    token_endpoint_auth_methods_supported: words,
    response_types_supported: words,
    subject_types_supported: words,
    id_token_signing_alg_values_supported: words,
  },
  { $id: 'ServerMetadata', additionalProperties: true },
);

/** The endpoints of OAuth 2.0 and OpenID Connect. */
export const PROTOCOL: ResourceDoc = {
  name: 'Protocol',
  description: 'OAuth 2.0 and OpenID Connect.',
  operations: {
    'POST /realms/{realm}/protocol/openid-connect/token': {
      id: 'issueToken',
      summary: 'Ask for a token (RFC 6749 §3.2)',
      description: 'Clients authenticate with HTTP Basic, with `client_secret` in the body, or not (public clients).',
      answer: TokenAnswer,
      body: { type: 'application/x-www-form-urlencoded', schema: TokenRequest },
      example: { grant_type: 'client_credentials', scope: 'view_clients' },
      oauth: true,
      errors: [
        'invalid_request',
        'invalid_client',
        'invalid_grant',
        'unauthorized_client',
        'unsupported_grant_type',
        'invalid_scope',
        'invalid_target',
        'too_many_requests',
      ],
    },
    'GET /realms/{realm}/protocol/openid-connect/certs': {
      id: 'readKeySet',
      summary: 'The public keys of a realm (RFC 7517 §5)',
      answer: KeySet,
      tagged: true,
    },
    'GET /realms/{realm}/.well-known/openid-configuration': {
      id: 'readOpenidConfiguration',
      summary: 'Metadata of a realm (OpenID Connect Discovery 1.0)',
      answer: Metadata,
    },
    'GET /.well-known/oauth-authorization-server/realms/{realm}': {
      id: 'readServerMetadata',
      summary: 'Metadata of a realm (RFC 8414)',
      answer: Metadata,
    },
  },
};
