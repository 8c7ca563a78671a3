import { Type } from '@sinclair/typebox';
import { Instant, nullable } from '../common.js';
import { auditType, said } from './audit-type.js';

/** Doors that stayed shut. */
export const ACCESS_AUDIT_TYPES = {
  'access.denied': auditType(
    'The administration API refused somebody. The first refusal of its kind is recorded at once, what is alike within a minute together. A gateway records in a minute at most 100 kinds of each of 100 known bearers, and 100 of all who are not known; what is beyond is one event that counts them.',
    'route',
    {
      status: said(
        nullable(Type.Union([Type.Literal(401), Type.Literal(403)])),
        'what was answered; null for what is counted together',
      ),
      needs: said(Type.Array(Type.String()), 'the permissions of which one would have been enough'),
      count: said(Type.Integer({ minimum: 1 }), 'how many refusals this event stands for'),
      first_at: Instant,
      last_at: Instant,
    },
    {
      outcomes: ['failure'],
      reasons: {
        no_bearer: 'no bearer token',
        malformed: 'an Authorization header that is no bearer token',
        not_a_jwt: 'a token that is no JWT',
        wrong_token_type: 'a JWT that is no access token',
        wrong_issuer: 'a token of another issuer',
        unknown_key: 'a token of a key that the realm does not have',
        wrong_algorithm: 'a token that names another algorithm than its key',
        bad_signature: 'a token that was forged or changed',
        claims_missing: 'a token without the claims it must have',
        token_expired: 'a token that has expired',
        token_from_the_future: 'a token that was issued later than now',
        token_not_yet_valid: 'a token before its time',
        wrong_audience: 'a token for another API',
        other_realm: 'a token of another realm than this one and `master`',
        unknown_realm: 'a token of a realm that is gone',
        realm_disabled: 'a token of a realm that is disabled',
        unknown_client: 'a token of a client that is gone',
        client_disabled: 'a token of a client that is disabled',
        unknown_subject: 'a token of a user who is gone',
        subject_disabled: 'a token of a user who is disabled',
        foreign_service_account: 'a token of a service account by another client',
        permission_missing: 'the bearer holds none of the permissions',
        wrong_realm: 'the route takes tokens of `master` only',
        exceeds_actor: 'the bearer would have given, taken or gained what it does not hold itself',
        too_many_kinds: 'more different refusals than are recorded one by one',
      },
      actors: ['anonymous', 'user', 'service_account'],
      clientId: 'sometimes',
    },
  ),
};
