import { describe } from '@jest/globals';
import { InMemoryRoleStore } from './in-memory-role-store.js';
import { describeRoleStore } from './role-store.contract.js';

describe('InMemoryRoleStore', () => {
  const store = new InMemoryRoleStore();
  describeRoleStore(() => store);
});
