import { describe } from '@jest/globals';
import { describeAuditLog } from './audit-log.contract.js';
import { InMemoryAuditLog } from './in-memory-audit-log.js';

describe('InMemoryAuditLog', () => {
  const log = new InMemoryAuditLog();
  describeAuditLog(() => ({ log, poison: () => Promise.resolve([...log.poison.values()]) }));
});
