import { CLIENT_SORTS, CLIENT_TYPES, LifetimeSeconds } from '#contracts';
import { Type } from '@sinclair/typebox';
import type { ResourceDoc } from '../operation.js';
import { dataOf, Id, IDEMPOTENT, oneOf, orNull, pageOf, PAGING, queryFlag, queryText, Time } from '../schemas.js';
import { User } from './users.js';

const lifetime = orNull(Type.Integer({ ...LifetimeSeconds, description: "Seconds; null means the realm's." }));

/** A redirect URI as the API shows it. */
export const RedirectUri = Type.Object(
  { id: Id, client_id: Id, value: Type.String(), enabled: Type.Boolean(), created_at: Time, updated_at: Time },
  { $id: 'RedirectUri' },
);

const CLIENT = {
  id: Id,
  realm_id: Id,
  client_id: Type.String(),
  name: Type.String(),
  description: orNull(Type.String()),
  owner: orNull(Type.String()),
  client_type: oneOf(CLIENT_TYPES),
  protocol: oneOf(['openid-connect']),
  enabled: Type.Boolean(),
  public_client: Type.Boolean(),
  service_account_enabled: Type.Boolean(),
  direct_access_grants_enabled: Type.Boolean(),
  first_party: Type.Boolean(),
  secret: Type.Union([Type.Literal('***'), Type.Null()], {
    description: 'Whether there is a secret; what it is is shown once, when it is made.',
  }),
  redirect_uris: Type.Array(RedirectUri),
  access_token_lifetime: lifetime,
  refresh_token_lifetime: lifetime,
  id_token_lifetime: lifetime,
  temporary_token_lifetime: lifetime,
  created_at: Time,
  updated_at: Time,
};

/** A client as the API shows it. */
const Client = Type.Object(CLIENT, { $id: 'Client' });

const CreatedClient = Type.Object(
  {
    ...CLIENT,
    client_secret: Type.Optional(
      orNull(
        Type.String({
          description: 'Of a confidential client: shown here, and never again; null when an answer is replayed.',
        }),
      ),
    ),
  },
  { $id: 'CreatedClient' },
);

const RotatedSecret = Type.Object(
  { id: Id, client_secret: Type.String(), created_at: Time, others_expire_at: Time },
  { $id: 'RotatedSecret' },
);

/** The clients of a realm. */
export const CLIENTS: ResourceDoc = {
  name: 'Clients',
  description: 'Applications and services that ask for tokens.',
  operations: {
    'POST /realms/{realm}/clients': {
      id: 'createClient',
      summary: 'Register a client',
      description:
        'Every member but `name` may be absent. `client_id` is made when blank. `public_client` must agree with ' +
        '`client_type`; a public client has no secret and no service account.',
      answer: CreatedClient,
      tagged: true,
      located: true,
      ...IDEMPOTENT,
      errors: ['conflict', ...IDEMPOTENT.errors],
      example: { name: 'Billing', client_id: 'billing', service_account_enabled: true },
    },
    'GET /realms/{realm}/clients': {
      id: 'listClients',
      summary: 'List clients',
      answer: pageOf(Client),
      query: {
        ...PAGING,
        search: queryText('Any part of `name` or `client_id`, without case.'),
        sort: oneOf(CLIENT_SORTS),
        client_id: queryText('Exactly this one.'),
        name: queryText('Exactly this one.'),
        owner: queryText('Exactly this one.'),
        public_client: queryFlag('Only those that are, or are not.'),
        first_party: queryFlag('Only those that are, or are not.'),
        service_account_enabled: queryFlag('Only those that have it, or have not.'),
        direct_access_grants_enabled: queryFlag('Only those that have it, or have not.'),
        enabled: queryFlag('Only enabled ones, or only disabled ones.'),
        client_type: oneOf(CLIENT_TYPES),
      },
    },
    'GET /realms/{realm}/clients/{id}': {
      id: 'readClient',
      summary: 'Read a client',
      answer: dataOf(Client),
      tagged: true,
    },
    'PATCH /realms/{realm}/clients/{id}': {
      id: 'updateClient',
      summary: 'Change a client',
      description:
        'Absent members stay, `null` clears. When the answer arrives, no token is issued on the old state. A `client_id` is not changed ' +
        '(503) while roles does not answer; a 503 after the change is repeated until tokens carry the new name.',
      answer: dataOf(Client),
      tagged: true,
      conditional: true,
      errors: ['conflict'],
      example: { description: null, enabled: false },
    },
    'DELETE /realms/{realm}/clients/{id}': {
      id: 'deleteClient',
      summary: 'Delete a client with its service account',
      description:
        'System clients cannot be deleted. When the answer arrives, no token carries what the roles of the client grant. While roles does ' +
        'not answer nothing is deleted (503); a 503 for a client that is not found any more says that they may still do for a moment.',
      answer: null,
      conditional: true,
      errors: ['conflict'],
    },
    'POST /realms/{realm}/clients/{id}/client-secret': {
      id: 'rotateClientSecret',
      summary: 'Make a new secret and let the others expire',
      description: 'The others work for `grace_seconds` more: a day unless given, 0 means not at all.',
      answer: RotatedSecret,
      errors: ['conflict'],
      example: { grace_seconds: 3_600 },
    },
    'GET /realms/{realm}/clients/{id}/service-account-user': {
      id: 'readServiceAccount',
      summary: 'Read the user that a client acts as',
      answer: dataOf(User),
      tagged: true,
    },
  },
};
