import type {
  AuditEvent,
  Client,
  ClientSecretInfo,
  ClientUri,
  Permission,
  Realm,
  Role,
  SigningKeyInfo,
  User,
} from '#contracts';

export const SUBJECT_ID = '0196d0de-0000-7000-8000-000000000001';
export const CLIENT_ID = '0196d0de-0000-7000-8000-000000000002';
export const USER_ID = '0196d0de-0000-7000-8000-000000000003';
export const ROLE_ID = '0196d0de-0000-7000-8000-000000000004';
export const EVENT_ID = '0196d0de-0000-7000-8000-000000000005';
const NOW = '2026-01-31T12:00:00.000Z';

export const REALM: Realm = {
  id: '0196d0de-0000-7000-8000-0000000000aa',
  name: 'acme',
  displayName: 'Acme',
  enabled: true,
  settings: {
    accessTokenLifetimeSeconds: 300,
    refreshTokenLifetimeSeconds: 1_800,
    idTokenLifetimeSeconds: 300,
    temporaryTokenLifetimeSeconds: 60,
    defaultSigningAlgorithm: 'ES256',
  },
  version: 7,
  createdAt: NOW,
  updatedAt: NOW,
};

export const URI: ClientUri = {
  id: '0196d0de-0000-7000-8000-000000000006',
  clientId: CLIENT_ID,
  value: 'https://app.example/cb',
  enabled: true,
  createdAt: NOW,
  updatedAt: NOW,
};

export const CLIENT_SECRET: ClientSecretInfo = {
  id: '0196d0de-0000-7000-8000-000000000007',
  name: 'deploy',
  hint: 'a1B2',
  createdAt: NOW,
  expiresAt: null,
  lastUsedAt: NOW,
};

export const CLIENT: Client = {
  id: CLIENT_ID,
  realmId: REALM.id,
  clientId: 'billing',
  name: 'Billing',
  description: null,
  owner: null,
  clientType: 'confidential',
  protocol: 'openid-connect',
  enabled: true,
  publicClient: false,
  serviceAccountEnabled: true,
  directAccessGrantsEnabled: false,
  firstParty: false,
  hasSecret: true,
  serviceAccountUserId: USER_ID,
  redirectUris: [URI],
  accessTokenLifetimeSeconds: null,
  refreshTokenLifetimeSeconds: null,
  idTokenLifetimeSeconds: null,
  temporaryTokenLifetimeSeconds: 60,
  version: 3,
  createdAt: NOW,
  updatedAt: NOW,
};

export const USER: User = {
  id: USER_ID,
  realmId: REALM.id,
  clientId: CLIENT_ID,
  username: 'service-account-billing',
  email: null,
  emailVerified: false,
  firstname: null,
  lastname: null,
  enabled: true,
  requiredActions: [],
  version: 1,
  createdAt: NOW,
  updatedAt: NOW,
};

export const ROLE: Role = {
  id: ROLE_ID,
  realmId: REALM.id,
  clientId: null,
  name: 'viewer',
  description: null,
  permissions: ['view_realm'],
  version: 1,
  createdAt: NOW,
  updatedAt: NOW,
};

export const PERMISSION: Permission = {
  bit: 1,
  name: 'invoices:read',
  description: null,
  builtIn: false,
  reserved: false,
};

export const KEY: SigningKeyInfo = {
  kid: 'k1',
  algorithm: 'ES256',
  state: 'active',
  createdAt: NOW,
  retiredAt: null,
  publishedUntil: null,
};

export const EVENT: AuditEvent = {
  id: EVENT_ID,
  realm: REALM.name,
  realm_id: REALM.id,
  type: 'token.issued',
  outcome: 'success',
  reason: null,
  time: NOW,
  actor: { kind: 'client', id: null, client_id: 'billing' },
  client_id: 'billing',
  subject_id: USER_ID,
  jti: 'j1',
  target: null,
  ip: '127.0.0.1',
  user_agent: null,
  request_id: 'r1',
  trace_id: null,
  details: {},
};

/** `CLIENT` as the API shows it. */
export const CLIENT_SHOWN = {
  id: CLIENT_ID,
  realm_id: REALM.id,
  client_id: 'billing',
  name: 'Billing',
  description: null,
  owner: null,
  client_type: 'confidential',
  protocol: 'openid-connect',
  enabled: true,
  public_client: false,
  service_account_enabled: true,
  direct_access_grants_enabled: false,
  first_party: false,
  secret: '***',
  redirect_uris: [
    {
      id: CLIENT.redirectUris[0]?.id,
      client_id: CLIENT_ID,
      value: 'https://app.example/cb',
      enabled: true,
      created_at: CLIENT.createdAt,
      updated_at: CLIENT.updatedAt,
    },
  ],
  access_token_lifetime: null,
  refresh_token_lifetime: null,
  id_token_lifetime: null,
  temporary_token_lifetime: 60,
  created_at: CLIENT.createdAt,
  updated_at: CLIENT.updatedAt,
};
