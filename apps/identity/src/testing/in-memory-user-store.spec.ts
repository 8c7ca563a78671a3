import { describe } from '@jest/globals';
import { InMemoryUserStore } from './in-memory-user-store.js';
import { describeUserStore } from './user-store.contract.js';

describe('InMemoryUserStore', () => {
  const store = new InMemoryUserStore();
  describeUserStore(
    () => store,
    () => store.answers,
  );
});
