import {
  ApplyConfiguration,
  AssignRole,
  CreateRealm,
  DeleteClient,
  DeleteRealm,
  ExportConfiguration,
  IssueToken,
  ListAuditEvents,
  ListClients,
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
  RotateClientSecret,
  RotateSigningKey,
  UnassignRole,
  UpdateClient,
  UpdateRealm,
} from '#contracts';
import type { FakeMessageClient } from './fake-message-client.js';
import { CLIENT, EVENT, KEY, REALM, ROLE, USER } from './samples.js';
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
  bus.on(ExportConfiguration, () => ({ version: 1 as const }));
  bus.on(ApplyConfiguration, () => ({ changes: [] }));
}
