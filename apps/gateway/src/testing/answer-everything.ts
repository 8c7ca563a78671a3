import {
  AddClientUri,
  ApplyConfiguration,
  AssignRole,
  CreateClientSecret,
  ChangeAssignments,
  CreatePermission,
  CreateRealm,
  CreateRole,
  CreateUser,
  DeleteClient,
  DeleteClientSecret,
  DeletePermission,
  DeleteRealm,
  DeleteRole,
  DeleteUser,
  ExplainSubject,
  ExportConfiguration,
  IssueToken,
  ListAuditCheckpoints,
  ListAuditEvents,
  ListAuditKeys,
  ListClientSecrets,
  ListClients,
  ListClientUris,
  ListPermissions,
  ListRealms,
  ListRoleHolders,
  ListRoles,
  ListSigningKeys,
  ListSubjectRoles,
  ListUsers,
  PreviewRoleChange,
  PreviewToken,
  ProveAuditConsistency,
  ProveAuditEvent,
  ReadAuditCheckpoint,
  ReadAuditEvent,
  ReadClient,
  ReadClientUri,
  ReadKeySet,
  ReadMetadata,
  ReadPermission,
  ReadRealm,
  ReadRole,
  ReadServiceAccount,
  ReadUser,
  RegisterClient,
  RemoveClientUri,
  ResetPassword,
  RotateClientSecret,
  RotateSigningKey,
  UnassignRole,
  UpdateClient,
  UpdateClientUri,
  UpdatePermission,
  UpdateRealm,
  UpdateRole,
  UpdateUser,
} from '#contracts';
import { AppError } from '#errors';
import type { FakeMessageClient } from './fake-message-client.js';
import { answerAudit } from './answer-audit.js';
import { CLIENT, CLIENT_SECRET, EVENT, KEY, PERMISSION, REALM, ROLE, URI, USER, USER_ID } from './samples.js';
import { AUDIT_KEY, CHECKPOINT, EVENT_PROOF } from './audit-samples.js';
import { acceptBearers } from './start-gateway.js';

/** The secret that a registration shows. */
export const SECRET = 'a-secret-shown-once';
/** The set of keys and its tag. */
export const KEY_SET = { body: '{"keys":[]}', etag: '"keys-1"' };

/** Makes every contract answer something sensible; a test then changes the one it is about. */
export function answerEverything(bus: FakeMessageClient): void {
  acceptBearers(bus);
  const page = <T>(item: T) => ({ items: [item], nextCursor: 'next', total: 2 });
  bus.on(IssueToken, ({ fault }) => {
    if (fault !== undefined) throw new AppError('invalid_request', fault);
    return { body: '{"access_token":"t","token_type":"Bearer"}' };
  });
  bus.on(ReadAuditCheckpoint, () => CHECKPOINT);
  bus.on(ListAuditCheckpoints, () => page(CHECKPOINT));
  bus.on(ListAuditKeys, () => ({ items: [AUDIT_KEY] }));
  bus.on(ProveAuditEvent, () => EVENT_PROOF);
  bus.on(ProveAuditConsistency, ({ from, to }) => ({
    treeSize1: from,
    treeSize2: to ?? 9,
    consistencyPath: [CHECKPOINT.rootHash],
  }));
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
  bus.on(ReadClientUri, () => URI);
  bus.on(UpdateClientUri, ({ enabled }) => ({ ...URI, enabled }));
  bus.on(RemoveClientUri, () => ({}));
  bus.on(ReadServiceAccount, () => USER);
  bus.on(ReadUser, () => USER);
  bus.on(ListUsers, () => page(USER));
  bus.on(CreateUser, ({ username }) => ({ ...USER, username, clientId: null }));
  bus.on(UpdateUser, () => ({ ...USER, version: 2 }));
  bus.on(DeleteUser, () => ({}));
  bus.on(ResetPassword, () => ({}));
  bus.on(ListSubjectRoles, () => ({ items: [ROLE] }));
  bus.on(AssignRole, () => ({}));
  bus.on(UnassignRole, () => ({}));
  bus.on(ListRoles, () => page(ROLE));
  bus.on(ListPermissions, () => ({
    items: [{ bit: 0, name: 'create_client', description: null, builtIn: true, reserved: false }],
  }));
  const subject = { subjectId: USER_ID, username: USER.username, clientId: USER.clientId };
  const because = [{ id: ROLE.id, name: ROLE.name }];
  bus.on(CreatePermission, ({ name, description }) => ({ ...PERMISSION, name, description }));
  bus.on(ReadPermission, () => PERMISSION);
  bus.on(UpdatePermission, () => PERMISSION);
  bus.on(DeletePermission, () => ({}));
  bus.on(CreateRole, ({ name, client }) => ({ ...ROLE, name, clientId: client?.id ?? null }));
  bus.on(ReadRole, () => ROLE);
  bus.on(UpdateRole, () => ({ ...ROLE, version: 2 }));
  bus.on(DeleteRole, () => ({}));
  bus.on(ChangeAssignments, () => ({}));
  bus.on(ListRoleHolders, () => page({ ...subject, assignedAt: ROLE.createdAt }));
  bus.on(ExplainSubject, () => ({
    items: [{ ...PERMISSION, clientId: CLIENT.id, audience: CLIENT.clientId, roles: because }],
  }));
  bus.on(PreviewRoleChange, () => ({
    added: ['invoices:read'],
    removed: [],
    audience: CLIENT.clientId,
    holders: 3,
    affected: page({ ...subject, gains: ['invoices:read'], loses: [] }),
  }));
  bus.on(PreviewToken, () => ({
    outcome: 'granted' as const,
    claims: { sub: USER_ID },
    lifetimeSeconds: 300,
    tokenBytes: 700,
    warnings: [],
    reasons: { sub: 'why' },
    permissions: [{ name: 'invoices:read', audience: CLIENT.clientId, roles: because, outcome: 'granted' as const }],
  }));
  // Two pages: who reads all of them comes to an end.
  bus.on(ListAuditEvents, ({ page: asked }) =>
    asked.cursor === null ? page(EVENT) : { ...page(EVENT), nextCursor: null },
  );
  bus.on(ReadAuditEvent, () => EVENT);
  answerAudit(bus);
  bus.on(ListSigningKeys, () => ({ items: [KEY] }));
  bus.on(RotateSigningKey, () => KEY);
  bus.on(ExportConfiguration, () => ({ version: 1 as const }));
  bus.on(ApplyConfiguration, () => ({ changes: [], abridged: false, impact: null, digest: 'd' }));
}
