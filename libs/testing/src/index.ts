export { type NodeProcess } from './cluster/node-process.js';
export { startCluster, type Cluster, type ClusterOptions } from './cluster/start-cluster.js';
export { freePort } from './servers/free-port.js';
export { startNats } from './servers/nats.js';
export { startPostgres } from './servers/postgres.js';
export { type PrivateServer } from './servers/private-server.js';
export { startRedis } from './servers/redis.js';
export { createTestDatabase, type TestDatabase } from './servers/test-database.js';
