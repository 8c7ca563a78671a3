export { freePort } from './servers/free-port.js';
export { startNats } from './servers/nats.js';
export { startPostgres } from './servers/postgres.js';
export { type PrivateServer } from './servers/private-server.js';
export { startRedis } from './servers/redis.js';
export { createTestDatabase, type TestDatabase } from './servers/test-database.js';
