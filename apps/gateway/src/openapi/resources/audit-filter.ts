import { AUDIT_EVENT_TYPES } from '#contracts';
import { Type, type TString } from '@sinclair/typebox';
import { oneOf, queryText } from '../schemas.js';

/** A point in time as a query member (RFC 3339). */
export const instant = (description: string): TString => Type.String({ format: 'date-time', description });

/** What every question to the audit log can be narrowed by, all members together. */
export const EVENT_FILTER = {
  type: oneOf(AUDIT_EVENT_TYPES),
  outcome: oneOf(['success', 'failure']),
  actor_id: queryText('Who acted.'),
  client_id: queryText('The `client_id` concerned.'),
  subject_id: queryText('The user concerned.'),
  jti: queryText('The token concerned.'),
  ip: queryText('The address it came from.', 64),
};
