import type { Static } from '@sinclair/typebox';
import { ACCESS_AUDIT_TYPES } from './audit-types/access.js';
import { ERASURE_AUDIT_TYPES } from './audit-types/erasure.js';
import { KEY_AUDIT_TYPES } from './audit-types/keys.js';
import { LOG_AUDIT_TYPES } from './audit-types/log.js';
import { REGISTRY_AUDIT_TYPES } from './audit-types/registry.js';
import { RETENTION_AUDIT_TYPES } from './audit-types/retention.js';
import { ROLE_AUDIT_TYPES } from './audit-types/roles.js';
import { TOKEN_AUDIT_TYPES } from './audit-types/tokens.js';
import { USER_AUDIT_TYPES } from './audit-types/users.js';
import { WEBHOOK_AUDIT_TYPES } from './audit-types/webhooks.js';

/**
 * Every type of audit events, `<noun>.<past tense>`. What is not here cannot be recorded: `newAuditEvent` is typed by it, the
 * contract of the bus checks the type, tests check the rest, and `docs/audit-events.md` is made from it.
 */
export const AUDIT_CATALOGUE = {
  ...TOKEN_AUDIT_TYPES,
  ...REGISTRY_AUDIT_TYPES,
  ...ROLE_AUDIT_TYPES,
  ...USER_AUDIT_TYPES,
  ...KEY_AUDIT_TYPES,
  ...WEBHOOK_AUDIT_TYPES,
  ...LOG_AUDIT_TYPES,
  ...ACCESS_AUDIT_TYPES,
  ...RETENTION_AUDIT_TYPES,
  ...ERASURE_AUDIT_TYPES,
};
/** An event type. */
export type AuditEventType = keyof typeof AUDIT_CATALOGUE;
/** What `details` of an event of this type hold. */
export type AuditDetails<T extends AuditEventType> = {
  [Type in T]: Static<(typeof AUDIT_CATALOGUE)[Type]['details']>;
}[T];

/** Every event type. */
export const AUDIT_EVENT_TYPES = Object.keys(AUDIT_CATALOGUE) as readonly AuditEventType[];
