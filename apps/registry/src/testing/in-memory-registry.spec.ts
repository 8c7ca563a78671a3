import { describeClientParts } from './client-parts.suite.js';
import { describeClientPorts } from './client-ports.suite.js';
import { InMemoryRegistry } from './in-memory-registry.js';
import { describeRegistryPorts } from './registry-ports.suite.js';
import { describeRegistryTransactions } from './registry-transactions.suite.js';

const open = async () => Object.assign(new InMemoryRegistry(), { close: async () => {} });

describeRegistryPorts('in memory', open);
describeClientPorts('in memory', open);
describeRegistryTransactions('in memory', open);
describeClientParts('in memory', open);
