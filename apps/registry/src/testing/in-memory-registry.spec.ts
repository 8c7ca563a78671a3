import { InMemoryRegistry } from './in-memory-registry.js';
import { describeRegistryPorts } from './registry-ports.suite.js';

describeRegistryPorts('in memory', async () => Object.assign(new InMemoryRegistry(), { close: async () => {} }));
