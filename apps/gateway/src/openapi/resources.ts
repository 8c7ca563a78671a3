import type { ResourceDoc } from './operation.js';
import { AUDIT_ERASURES } from './resources/audit-erasures.js';
import { AUDIT_HISTOGRAM } from './resources/audit-histogram.js';
import { AUDIT_HISTORY } from './resources/audit-history.js';
import { AUDIT_POISON } from './resources/audit-poison.js';
import { AUDIT_RETENTION } from './resources/audit-retention.js';
import { AUDIT_PROOFS } from './resources/audit-proofs.js';
import { AUDIT_STREAMS } from './resources/audit-streams.js';
import { AUDIT } from './resources/audit.js';
import { CLIENT_PARTS } from './resources/client-parts.js';
import { CLIENTS } from './resources/clients.js';
import { CONFIGURATION } from './resources/configuration.js';
import { KEYS } from './resources/keys.js';
import { PROTOCOL } from './resources/protocol.js';
import { REALMS } from './resources/realms.js';
import { ROLE_ADMINISTRATION } from './resources/role-administration.js';
import { ROLES } from './resources/roles.js';
import { SERVICE } from './resources/service.js';
import { USERS } from './resources/users.js';
import { WEBHOOKS } from './resources/webhooks.js';

/** Every resource of the API, in the order in which the document has them. */
export const RESOURCES: readonly ResourceDoc[] = [
  PROTOCOL,
  REALMS,
  CLIENTS,
  CLIENT_PARTS,
  USERS,
  ROLES,
  ROLE_ADMINISTRATION,
  CONFIGURATION,
  AUDIT,
  AUDIT_HISTOGRAM,
  AUDIT_HISTORY,
  AUDIT_POISON,
  AUDIT_RETENTION,
  AUDIT_ERASURES,
  AUDIT_PROOFS,
  AUDIT_STREAMS,
  WEBHOOKS,
  KEYS,
  SERVICE,
];
