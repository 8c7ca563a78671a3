import type { DatabaseDescription } from '#database';
import { CreateAuditLog1767225600000 } from './migrations/1767225600000-create-audit-log.js';
import { ApplyRetention1767225600001 } from './migrations/1767225600001-apply-retention.js';
import { CountEvents1767225600002 } from './migrations/1767225600002-count-events.js';
import { CreateLogTrees1767225600003 } from './migrations/1767225600003-create-log-trees.js';
import { CreateForwarding1767312000000 } from './migrations/1767312000000-create-forwarding.js';
import { ErasePersonalData1767225600006 } from './migrations/1767225600006-erase-personal-data.js';
import { PoisonEntity } from './poison.entity.js';

/** The audit service's part of the database. `audit.events` has no entity: its statements are written out. */
export const auditDatabase: DatabaseDescription = {
  schema: 'audit',
  entities: [PoisonEntity],
  migrations: [
    CreateAuditLog1767225600000,
    ApplyRetention1767225600001,
    CountEvents1767225600002,
    CreateLogTrees1767225600003,
    CreateForwarding1767312000000,
    ErasePersonalData1767225600006,
  ],
};
