export { SERVICE_NAMES, type ServiceName } from './service-names.js';
export {
  defineCall,
  defineDurableEvent,
  type CallContract,
  type DurableEventContract,
  type EventOf,
  type ReplyOf,
  type RequestOf,
  type SnapshotContract,
  type SnapshotOf,
} from './contract.js';
export { defineSnapshot, LoadSnapshotsRequest, loadSnapshotsReply } from './snapshot.js';
export * from './common.js';
export * from './password-policy.js';
export * from './permissions.js';
export * from './realms.js';
export * from './clients.js';
export * from './client-secrets.js';
export * from './client-uris.js';
export * from './roles.js';
export * from './roles-administration.js';
export * from './identity.js';
export * from './users.js';
export * from './accounts.js';
export * from './tokens.js';
export { TOKEN_REQUEST_FAULTS, type TokenRequestFault } from './token-request-faults.js';
export * from './token-preview.js';
export * from './audit.js';
export * from './audit-erasures.js';
export * from './audit-poison.js';
export * from './audit-proofs.js';
export { AUDIT_CATALOGUE, AUDIT_EVENT_TYPES, type AuditDetails, type AuditEventType } from './audit-catalogue.js';
export { PERSONAL_MEMBERS, type AuditType } from './audit-types/audit-type.js';
export * from './audit-histogram.js';
export * from './audit-history.js';
export * from './audit-retention.js';
export * from './webhooks.js';
export * from './webhook-secrets.js';
export * from './audit-streams.js';
export * from './realm-names.js';
export * from './idempotency.js';
export * from './configured-roles.js';
export * from './configuration.js';
export * from './role-configuration.js';
export * from './user-directory.js';
export * from './service-accounts.js';
export { configurationProblems, type ConfigurationProblem } from './configuration-problems.js';
export { ALL_CALLS, ALL_DURABLE_EVENTS, ALL_SNAPSHOTS } from './all-contracts.js';
