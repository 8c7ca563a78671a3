import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** A database of one's own on the test server. */
export interface TestDatabase {
  /** The superuser's URL to it. */
  readonly url: string;
  /** Ends what is still connected and removes it. */
  drop(): Promise<void>;
}

/**
 * Makes an empty database with a random name on the server of `TEST_DATABASE_URL`.
 *
 * @throws Error when the variable is not set: only the integration tests have a server.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = process.env['TEST_DATABASE_URL'];
  if (server === undefined) throw new Error('TEST_DATABASE_URL is not set: run this under the "integration" project.');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await runOn(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => runOn(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function runOn(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
