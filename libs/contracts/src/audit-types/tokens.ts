import { Type } from '@sinclair/typebox';
import { nullable, Uuid } from '../common.js';
import { TOKEN_REQUEST_FAULTS } from '../token-request-faults.js';
import { auditType, said } from './audit-type.js';

/** What is known of a request for a token, of a token as of a refusal. */
const REQUEST = {
  grant_type: said(nullable(Type.String()), 'null when it is missing or none that is offered'),
  auth_method: said(
    nullable(Type.String()),
    'how the client authenticated, or tried to; null when the request names no client',
  ),
  secret_id: said(nullable(Uuid), 'the secret of the client that was used, also when it had expired'),
  requested_scope: Type.Optional(said(Type.String({ maxLength: 1_000 }), 'as asked; absent when nothing was')),
  requested_resources: Type.Optional(Type.Array(Type.String({ maxLength: 1_000 }), { maxItems: 20 })),
};

/** Why a client did not get past the door, or was not even looked for. */
const CLIENT_REASONS = {
  client_authentication_missing: 'the request names no client',
  client_assertion_unsupported: 'a client assertion, which is not supported',
  client_id_malformed: 'the client_id has control characters',
  authorization_scheme_unsupported: 'another scheme than Basic',
  basic_credentials_malformed: 'Basic credentials that cannot be read',
  unknown_client: 'the realm has no such client',
  secret_missing: 'a confidential client without its secret',
  public_client_with_secret: 'a public client with a secret, which nobody could verify',
  secret_expired: 'a secret that was right once',
  wrong_secret: 'a secret that is none of the client’s',
  client_disabled: 'the right secret of a disabled client',
};

/** Why a person was not let in. */
const USER_REASONS = {
  credentials_too_long: 'a username or password longer than any can be',
  unknown_user: 'the realm has no such user',
  no_password: 'the user has no password, as every service account',
  wrong_password: 'the password is not the user’s',
  user_disabled: 'the right password of a disabled user',
  action_required: 'the user has to do something first, such as choosing another password',
  not_a_person: 'a service account, which signs in as its client only',
};

/** Tokens and who asked for them. */
export const TOKEN_AUDIT_TYPES = {
  'token.issued': auditType(
    'An access token was issued. It is durable before the token leaves. How the client authenticated is part of it: `auth_method` and `secret_id`.',
    null,
    {
      ...REQUEST,
      grant_type: Type.String(),
      scope: said(Type.String(), 'what the token carries, space-separated'),
      audience: Type.Array(Type.String()),
      permissions: said(
        Type.Record(Type.String(), Type.Array(Type.String())),
        'the permissions that the token carries, by the API (`aud`) that they are of',
      ),
      kid: said(Type.String(), 'the key that signed it'),
      lifetime: said(Type.Integer(), 'in seconds'),
      expires_at: said(Type.Integer(), 'the `exp` of the token, in seconds since 1970'),
      token_bytes: Type.Optional(said(Type.Integer(), 'its length; only of a token that is longer than it should be')),
      roles_omitted: Type.Optional(
        said(Type.Literal(true), 'the token went without the names of roles, because it would have been too long'),
      ),
    },
    { actors: ['user', 'service_account'], clientId: 'always', subjectId: 'always', jti: 'always' },
  ),
  'token.refused': auditType(
    'A request for a token was refused. It is durable before the refusal leaves. The caller is told `error`, never the reason.',
    null,
    { ...REQUEST, error: said(Type.String(), 'the error code that the caller was given') },
    {
      outcomes: ['failure'],
      reasons: {
        ...CLIENT_REASONS,
        ...USER_REASONS,
        ...TOKEN_REQUEST_FAULTS,
        unknown_realm: 'there is no such realm; only auditors of `master` see these',
        realm_disabled: 'the realm is disabled',
        multiple_client_authentication_methods: 'the client authenticates in more than one way',
        client_id_mismatch: 'the form names another client than the Authorization header',
        grant_type_missing: 'no grant_type',
        grant_type_unsupported: 'a grant_type that is not offered',
        grant_not_allowed: 'the client may not use this grant',
        service_account_missing: 'the client has nobody to act as',
        service_account_disabled: 'the client’s service account is disabled',
        username_missing: 'no username',
        password_missing: 'no password',
        resource_malformed: 'a resource that is no URI',
        resource_out_of_reach: 'a resource where the subject holds no role',
        scope_malformed: 'a scope that is no list of scope tokens',
        token_too_large: 'the token would have been longer than any may be, even without the names of roles',
        scope_not_held: 'a scope that the subject does not hold',
      },
      actors: ['anonymous', 'client', 'user', 'service_account'],
      clientId: 'sometimes',
      subjectId: 'sometimes',
    },
  ),
  'client.authenticated': auditType(
    'A client authenticated with a secret, or failed to authenticate. Every failure is recorded. Of successes of one client in one minute ' +
      'with the same secret and method and from the same address, each instance records the first ten: the event of what the client then did tells each.',
    null,
    REQUEST,
    {
      outcomes: ['success', 'failure'],
      reasons: CLIENT_REASONS,
      actors: ['anonymous', 'client'],
      clientId: 'sometimes',
    },
  ),
  'user.authenticated': auditType(
    'Somebody signed in with a password, or tried to. A username that is no user’s is not recorded: it may be a password.',
    null,
    { ...REQUEST, method: Type.Literal('password') },
    {
      outcomes: ['success', 'failure'],
      reasons: USER_REASONS,
      actors: ['user', 'client'],
      clientId: 'always',
      subjectId: 'sometimes',
    },
  ),
};
