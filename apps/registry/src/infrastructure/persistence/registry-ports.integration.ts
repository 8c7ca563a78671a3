import { openPostgresRegistry } from '../../testing/open-postgres-registry.js';
import { describeRegistryPorts } from '../../testing/registry-ports.suite.js';

describeRegistryPorts('PostgreSQL', () => openPostgresRegistry());
