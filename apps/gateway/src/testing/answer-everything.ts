import {
  AddClientUri,
  AssignRole,
  CreateClientSecret,
  CreateRealm,
  DeleteClient,
  DeleteClientSecret,
  DeleteRealm,
  IssueToken,
  ListAuditEvents,
  ListClientSecrets,
  ListClients,
  ListClientUris,
  ListPermissions,
  ListRealms,
  ListRoles,
  ListSigningKeys,
  ListSubjectRoles,
  ReadAuditEvent,
  ReadClient,
  ReadKeySet,
  ReadMetadata,
  ReadRealm,
  ReadServiceAccount,
  ReadUser,
  RegisterClient,
  RemoveClientUri,
  RotateClientSecret,
  RotateSigningKey,
  UnassignRole,
  UpdateClient,
  UpdateClientUri,
  UpdateRealm,
} from '#contracts';
import type { FakeMessageClient } from './fake-message-client.js';
import { CLIENT, CLIENT_SECRET, EVENT, KEY, REALM, ROLE, URI, USER } from './samples.js';
import { acceptBearers } from './start-gateway.js';

/** The secret that a registration shows. */
export const SECRET = 'a-secret-shown-once';
/** The set of keys and its tag. */
export const KEY_SET = { body: '{"keys":[]}', etag: '"keys-1"' };

/** Makes every contract answer something sensible; a test then changes the one it is about. */
export function answerEverything(bus: FakeMessageClient): void {
  acceptBearers(bus);
  const page = <T>(item: T) => ({ items: [item], nextCursor: 'next', total: 2 });
  bus.on(IssueToken, () => ({ body: '{"access_token":"t","token_type":"Bearer"}' }));
  bus.on(ReadKeySet, () => KEY_SET);
  bus.on(ReadMetadata, ({ realm }) => ({ body: `{"issuer":"http://localhost:8080/realms/${realm}"}` }));
  bus.on(CreateRealm, ({ name }) => ({ ...REALM, name }));
  bus.on(ReadRealm, () => REALM);
  bus.on(ListRealms, () => ({ items: [REALM], nextCursor: null, total: 1 }));
  bus.on(UpdateRealm, () => ({ ...REALM, version: 8 }));
  bus.on(DeleteRealm, () => ({}));
  bus.on(RegisterClient, () => ({ client: CLIENT, clientSecret: SECRET }));
  bus.on(ReadClient, () => CLIENT);
  bus.on(ListClients, () => page(CLIENT));
  bus.on(UpdateClient, () => ({ ...CLIENT, version: 4 }));
  bus.on(DeleteClient, () => ({}));
  bus.on(RotateClientSecret, ({ id }) => ({
    id,
    clientSecret: SECRET,
    createdAt: CLIENT.createdAt,
    othersExpireAt: CLIENT.createdAt,
  }));
  bus.on(ListClientSecrets, () => ({ items: [CLIENT_SECRET] }));
  bus.on(CreateClientSecret, () => ({ secret: CLIENT_SECRET, text: SECRET }));
  bus.on(DeleteClientSecret, () => ({}));
  bus.on(ListClientUris, () => ({ items: [URI] }));
  bus.on(AddClientUri, () => URI);
  bus.on(UpdateClientUri, ({ enabled }) => ({ ...URI, enabled }));
  bus.on(RemoveClientUri, () => ({}));
  bus.on(ReadServiceAccount, () => USER);
  bus.on(ReadUser, () => USER);
  bus.on(ListSubjectRoles, () => ({ items: [ROLE] }));
  bus.on(AssignRole, () => ({}));
  bus.on(UnassignRole, () => ({}));
  bus.on(ListRoles, () => page(ROLE));
  bus.on(ListPermissions, () => ({
    items: [{ bit: 0, name: 'create_client', description: null, builtIn: true, reserved: false }],
  }));
  bus.on(ListAuditEvents, () => page(EVENT));
  bus.on(ReadAuditEvent, () => EVENT);
  bus.on(ListSigningKeys, () => ({ items: [KEY] }));
  bus.on(RotateSigningKey, () => KEY);
}
