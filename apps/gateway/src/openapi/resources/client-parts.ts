import { CLIENT_SECRET_LIST } from '../../administration/small-lists.js';
import { Type } from '@sinclair/typebox';
import type { OperationDoc, ResourceDoc } from '../operation.js';
import { dataOf, Id, IDEMPOTENT, orNull, pageOf, queryFlag, Time, smallListQuery } from '../schemas.js';
import { RedirectUri } from './clients.js';

const ClientSecret = Type.Object(
  {
    id: Id,
    name: orNull(Type.String()),
    hint: Type.String({ description: 'The last characters.' }),
    created_at: Time,
    expires_at: orNull(Time),
    last_used_at: orNull(Time),
  },
  { $id: 'ClientSecret' },
);

const NewClientSecret = Type.Object(
  {
    id: Id,
    name: orNull(Type.String()),
    secret: orNull(Type.String({ description: 'Shown here, and never again; null when an answer is replayed.' })),
    expires_at: orNull(Time),
    created_at: Time,
  },
  { $id: 'NewClientSecret' },
);

/** The four routes of one kind of URIs. */
function uris(path: string, id: string, name: string, example: string): Record<string, OperationDoc> {
  const base = `/realms/{realm}/clients/{id}/${path}`;
  return {
    [`GET ${base}`]: {
      query: {},
      id: `list${id}s`,
      summary: `List the ${name}s of a client`,
      description: 'Always whole, and bare.',
      answer: Type.Array(RedirectUri),
    },
    [`POST ${base}`]: {
      id: `add${id}`,
      summary: `Add a ${name} to a client`,
      answer: RedirectUri,
      ...IDEMPOTENT,
      tagged: true,
      located: true,
      errors: ['conflict', ...IDEMPOTENT.errors],
      example: { value: example },
    },
    [`GET ${base}/{uriId}`]: { id: `read${id}`, summary: `Read a ${name}`, answer: dataOf(RedirectUri), tagged: true },
    [`PUT ${base}/{uriId}`]: {
      id: `update${id}`,
      summary: `Enable or disable a ${name}`,
      answer: dataOf(RedirectUri),
      tagged: true,
      conditional: true,
      errors: ['conflict'],
      example: { enabled: false },
    },
    [`DELETE ${base}/{uriId}`]: {
      id: `remove${id}`,
      summary: `Remove a ${name}`,
      answer: null,
      conditional: true,
      errors: ['conflict'],
    },
  };
}

/** The secrets and URIs of a client. */
export const CLIENT_PARTS: ResourceDoc = {
  name: 'Client parts',
  description: 'The secrets and URIs of a client.',
  operations: {
    'GET /realms/{realm}/clients/{id}/secrets': {
      query: smallListQuery(CLIENT_SECRET_LIST),
      id: 'listClientSecrets',
      summary: 'List the secrets of a client',
      description: 'Never their text.',
      answer: pageOf(ClientSecret),
    },
    'POST /realms/{realm}/clients/{id}/secrets': {
      id: 'createClientSecret',
      summary: 'Give a client one more secret',
      answer: NewClientSecret,
      ...IDEMPOTENT,
      errors: ['conflict', ...IDEMPOTENT.errors],
      example: { name: 'deployment', expires_at: '2099-01-31T12:00:00Z' },
    },
    'DELETE /realms/{realm}/clients/{id}/secrets/{secretId}': {
      id: 'deleteClientSecret',
      summary: 'Delete a secret',
      description: 'One that was used within the last hour only goes with `force`.',
      answer: null,
      query: { force: queryFlag('Even when it was used within the last hour.') },
      errors: ['conflict'],
    },
    ...uris('redirects', 'RedirectUri', 'redirect URI', 'https://app.example/callback'),
    ...uris('post-logout-redirects', 'PostLogoutRedirectUri', 'post-logout redirect URI', 'https://app.example/bye'),
    ...uris('web-origins', 'WebOrigin', 'web origin', 'https://app.example'),
  },
};
