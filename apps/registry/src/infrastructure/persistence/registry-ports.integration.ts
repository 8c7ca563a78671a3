import { describeClientParts } from '../../testing/client-parts.suite.js';
import { describeClientPorts } from '../../testing/client-ports.suite.js';
import { openPostgresRegistry } from '../../testing/open-postgres-registry.js';
import { describeRegistryPorts } from '../../testing/registry-ports.suite.js';
import { describeRegistryTransactions } from '../../testing/registry-transactions.suite.js';

describeRegistryPorts('PostgreSQL', () => openPostgresRegistry());
describeClientPorts('PostgreSQL', () => openPostgresRegistry());
describeRegistryTransactions('PostgreSQL', () => openPostgresRegistry());
describeClientParts('PostgreSQL', openPostgresRegistry);
