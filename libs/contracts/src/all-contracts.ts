import * as accounts from './accounts.js';
import * as auditProofs from './audit-proofs.js';
import * as audit from './audit.js';
import * as auditErasures from './audit-erasures.js';
import * as auditHistogram from './audit-histogram.js';
import * as auditHistory from './audit-history.js';
import * as auditPoison from './audit-poison.js';
import * as auditRetention from './audit-retention.js';
import * as auditStreams from './audit-streams.js';
import * as clients from './clients.js';
import * as clientSecrets from './client-secrets.js';
import * as clientUris from './client-uris.js';
import * as configuration from './configuration.js';
import type { CallContract, DurableEventContract, SnapshotContract } from './contract.js';
import * as identity from './identity.js';
import * as realmNames from './realm-names.js';
import * as realms from './realms.js';
import * as roleConfiguration from './role-configuration.js';
import * as rolesAdministration from './roles-administration.js';
import * as roles from './roles.js';
import * as serviceAccounts from './service-accounts.js';
import * as tokenPreview from './token-preview.js';
import * as tokens from './tokens.js';
import * as users from './users.js';
import * as userDirectory from './user-directory.js';
import * as webhooks from './webhooks.js';
import * as webhookSecrets from './webhook-secrets.js';

function isKind(value: unknown, kind: string): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
}

const everything: readonly unknown[] = [
  realms,
  clients,
  clientSecrets,
  clientUris,
  configuration,
  roleConfiguration,
  realmNames,
  roles,
  rolesAdministration,
  accounts,
  identity,
  serviceAccounts,
  users,
  userDirectory,
  tokens,
  tokenPreview,
  audit,
  auditErasures,
  auditHistogram,
  auditHistory,
  auditPoison,
  auditRetention,
  auditProofs,
  webhooks,
  webhookSecrets,
  auditStreams,
].flatMap((module) => Object.values(module as Record<string, unknown>));

/** Every snapshot of the product. */
export const ALL_SNAPSHOTS: readonly SnapshotContract[] = everything.filter((value): value is SnapshotContract =>
  isKind(value, 'snapshot'),
);

/** Every call of the product, the snapshots' loads included. */
export const ALL_CALLS: readonly CallContract[] = [
  ...everything.filter((value): value is CallContract => isKind(value, 'call')),
  ...ALL_SNAPSHOTS.map((snapshot) => snapshot.load),
];

/** Every durable event of the product. */
export const ALL_DURABLE_EVENTS: readonly DurableEventContract[] = everything.filter(
  (value): value is DurableEventContract => isKind(value, 'durable'),
);
