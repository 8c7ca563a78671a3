import { describe } from '@jest/globals';
import { describeHistoryLog } from './history-log.contract.js';
import { InMemoryHistoryLog } from './in-memory-history-log.js';

describe('InMemoryHistoryLog', () => {
  const log = new InMemoryHistoryLog();
  describeHistoryLog(() => ({
    log,
    record: (events) => {
      log.events.push(...events);
      return Promise.resolve();
    },
  }));
});
