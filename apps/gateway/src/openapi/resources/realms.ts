import { LifetimeSeconds, REALM_SORTS, RealmName, SIGNING_ALGORITHMS } from '#contracts';
import { Type } from '@sinclair/typebox';
import type { ResourceDoc } from '../operation.js';
import { dataOf, Id, IDEMPOTENT, oneOf, orNull, pageOf, PAGING, queryFlag, queryText, Time } from '../schemas.js';

const lifetime = Type.Integer({ ...LifetimeSeconds, description: 'Seconds.' });

const RealmSettings = Type.Object(
  {
    access_token_lifetime: lifetime,
    refresh_token_lifetime: lifetime,
    id_token_lifetime: lifetime,
    temporary_token_lifetime: lifetime,
    default_signing_algorithm: oneOf(SIGNING_ALGORITHMS),
    password_policy: Type.Object(
      {
        min_length: Type.Integer(),
        max_length: Type.Integer(),
        refuse_common: Type.Boolean({ description: 'Refuses passwords that are guessed first.' }),
        refuse_context: Type.Boolean({ description: 'Refuses what is known of the person and the realm.' }),
        blocked_words: Type.Array(Type.String()),
      },
      { $id: 'PasswordPolicyAnswer', description: 'What passwords have to be like, in Unicode characters.' },
    ),
  },
  { $id: 'RealmSettings' },
);

/** A realm as the API shows it. */
const Realm = Type.Object(
  {
    id: Id,
    name: RealmName,
    display_name: orNull(Type.String()),
    enabled: Type.Boolean({ description: 'A disabled realm issues nothing.' }),
    settings: RealmSettings,
    created_at: Time,
    updated_at: Time,
  },
  { $id: 'Realm' },
);

/** The realms and their settings. */
export const REALMS: ResourceDoc = {
  name: 'Realms',
  description: 'A realm holds clients, users, roles and keys of its own. One realm is answered bare.',
  operations: {
    'POST /realms': {
      id: 'createRealm',
      summary: 'Create a realm',
      description: 'It comes with its system clients, its roles `admin` and `viewer`, and a signing key.',
      answer: Realm,
      tagged: true,
      located: true,
      ...IDEMPOTENT,
      errors: ['conflict', ...IDEMPOTENT.errors],
      example: { name: 'demo', display_name: 'Demonstration' },
    },
    'GET /realms': {
      id: 'listRealms',
      summary: 'List realms by name',
      description: 'Administrators of another realm than `master` see their own.',
      answer: pageOf(Realm),
      query: {
        ...PAGING,
        search: queryText('Any part of the name, without case.'),
        sort: oneOf(REALM_SORTS),
        enabled: queryFlag('Only those that are, or are not.'),
        name: queryText('Exactly this one.', 63),
      },
    },
    'GET /realms/{realm}': { id: 'readRealm', summary: 'Read a realm', answer: Realm, tagged: true },
    'PUT /realms/{realm}': {
      id: 'updateRealm',
      summary: 'Change a realm',
      description: 'Changes only what the body names. `master` can be neither disabled nor renamed.',
      answer: Realm,
      tagged: true,
      conditional: true,
      errors: ['conflict'],
      example: { display_name: 'Demonstration', enabled: true },
    },
    'PUT /realms/{realm}/settings': {
      id: 'updateRealmSettings',
      summary: 'Change the settings of a realm',
      description: 'Changes only what the body names. Clients without an override inherit the lifetimes at once.',
      answer: dataOf(Realm),
      tagged: true,
      conditional: true,
      errors: ['conflict'],
      example: { access_token_lifetime: 300, password_policy: { min_length: 15, blocked_words: ['acme'] } },
    },
    'DELETE /realms/{realm}': {
      id: 'deleteRealm',
      summary: 'Delete a realm and everything in it',
      description: '`master` cannot be deleted.',
      answer: null,
      conditional: true,
      errors: ['conflict'],
    },
    'GET /realms/{realm}/users/@me/realms': {
      query: { ...PAGING, search: queryText('Any part of the name, without case.') },
      id: 'listOwnRealms',
      summary: 'List the realms that the caller may administer',
      description: 'All of them at once, unless `limit` or `cursor` asks for a page.',
      answer: pageOf(Realm),
    },
  },
};
