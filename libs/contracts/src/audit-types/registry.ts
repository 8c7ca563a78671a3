import { Type } from '@sinclair/typebox';
import { Instant, nullable, Uuid } from '../common.js';
import { auditType, Changes, said, shown, Uuids } from './audit-type.js';

const REALM = { realm: shown('the realm with its settings', { name: Type.String(), enabled: Type.Boolean() }) };
const CLIENT = {
  client: shown('the client, its secret masked', {
    client_id: Type.String(),
    enabled: Type.Boolean(),
    secret: nullable(Type.Literal('***')),
  }),
};
const Secret = said(
  Type.Object(
    { id: Uuid, name: nullable(Type.String()), expires_at: nullable(Instant), last_used_at: nullable(Instant) },
    { additionalProperties: false },
  ),
  'which secret; never what it is',
);
const Uri = Type.Object({ id: Uuid, value: Type.String(), enabled: Type.Boolean() }, { additionalProperties: false });
const OF_CLIENT = { clientId: 'always' } as const;

function uriTypes<const Member extends 'redirect_uri' | 'post_logout_redirect_uri' | 'web_origin'>(
  member: Member,
  name: string,
) {
  const uri = { [member]: Uri } as Record<Member, typeof Uri>;
  return {
    added: auditType(`A client was given a ${name}.`, 'client', uri, OF_CLIENT),
    updated: auditType(
      `A ${name} of a client was enabled or disabled.`,
      'client',
      { ...uri, changes: Changes },
      OF_CLIENT,
    ),
    removed: auditType(`A ${name} was taken from a client.`, 'client', uri, OF_CLIENT),
  };
}

const redirect = uriTypes('redirect_uri', 'redirect URI');
const postLogout = uriTypes('post_logout_redirect_uri', 'post-logout redirect URI');
const origin = uriTypes('web_origin', 'web origin');

/** Realms, clients and their parts. */
export const REGISTRY_AUDIT_TYPES = {
  'realm.created': auditType('A realm was created, with its system clients, roles and first key.', 'realm', REALM),
  'realm.updated': auditType('A realm or its settings changed.', 'realm', { changes: Changes }),
  'realm.deleted': auditType(
    'A realm was deleted with everything in it. Recorded in its own log, which stays, and in that of `master`.',
    'realm',
    REALM,
  ),
  'client.created': auditType('A client was registered.', 'client', CLIENT, OF_CLIENT),
  'client.updated': auditType(
    'A client changed.',
    'client',
    { changes: Changes, added_secret_ids: Type.Optional(said(Uuids, 'secrets that a configuration brought along')) },
    OF_CLIENT,
  ),
  'client.deleted': auditType(
    'A client was deleted, and with it its service account, roles and permissions.',
    'client',
    CLIENT,
    OF_CLIENT,
  ),
  'client.secret_created': auditType(
    'A client was given one more secret.',
    'client',
    { secret: Secret, removed_secret_ids: said(Uuids, 'expired ones that made room') },
    OF_CLIENT,
  ),
  'client.secret_rotated': auditType(
    'A client was given a new secret; the others expire.',
    'client',
    {
      secret_id: said(Uuid, 'the new one'),
      others_expire_at: Instant,
      expiring_secret_ids: Uuids,
      removed_secret_ids: said(Uuids, 'expired ones that made room'),
    },
    OF_CLIENT,
  ),
  'client.secret_deleted': auditType(
    'A secret of a client was deleted: it is refused from then on.',
    'client',
    { secret: Secret, forced: said(Type.Boolean(), 'although it had been used within the last hour') },
    OF_CLIENT,
  ),
  'client.redirect_uri_added': redirect.added,
  'client.redirect_uri_updated': redirect.updated,
  'client.redirect_uri_removed': redirect.removed,
  'client.post_logout_redirect_uri_added': postLogout.added,
  'client.post_logout_redirect_uri_updated': postLogout.updated,
  'client.post_logout_redirect_uri_removed': postLogout.removed,
  'client.web_origin_added': origin.added,
  'client.web_origin_updated': origin.updated,
  'client.web_origin_removed': origin.removed,
};
