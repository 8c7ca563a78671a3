import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { startBackends, type Backends } from './backends.js';

let backends: Backends;
beforeAll(async () => {
  backends = await startBackends({});
}, 90_000);
afterAll(async () => {
  await backends.stop();
});

describe('database roles', () => {
  const run = async (url: string, ...statements: readonly string[]): Promise<void> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  beforeAll(async () => {
    await run(backends.migrationUrlOf('audit'), 'CREATE TABLE audit.log (n int PRIMARY KEY)');
    await run(
      backends.migrationUrlOf('registry'),
      'CREATE TABLE registry.things (n int)',
      'CREATE SEQUENCE registry.numbers',
    );
  });

  it('let a service work in its own schema', async () => {
    await run(
      backends.databaseUrlOf('registry'),
      "INSERT INTO registry.things VALUES (nextval('registry.numbers'))",
      'UPDATE registry.things SET n = 2',
      'DELETE FROM registry.things',
    );
  });

  it('let audit add to its log and read it', async () => {
    await run(
      backends.databaseUrlOf('audit'),
      'INSERT INTO audit.log VALUES (1) ON CONFLICT DO NOTHING',
      'SELECT n FROM audit.log',
    );
  });

  it.each([
    ['UPDATE audit.log SET n = 2'],
    ['DELETE FROM audit.log'],
    ['TRUNCATE audit.log'],
    ['DROP TABLE audit.log'],
    ['CREATE TABLE audit.other (n int)'],
    ['CREATE TABLE public.other (n int)'],
    ['CREATE SCHEMA other'],
    ['SELECT n FROM registry.things'],
    ['SET ROLE chancery_audit_owner'],
  ])('refuse audit: %s', async (statement) => {
    await expect(run(backends.databaseUrlOf('audit'), statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('refuse the owner of one schema another one', async () => {
    await expect(run(backends.migrationUrlOf('registry'), 'DELETE FROM audit.log')).rejects.toThrow(
      /permission denied/,
    );
  });
});

describe('users of the bus', () => {
  const connected = async <T>(
    service: 'gateway' | 'tokens' | 'audit',
    work: (connection: NatsConnection, errors: readonly string[]) => Promise<T>,
  ): Promise<T> => {
    const url = new URL(backends.natsUrlOf(service));
    const errors: string[] = [];
    const connection = await connect({
      servers: url.host,
      user: url.username,
      pass: url.password,
      inboxPrefix: `_INBOX_${service}`,
    });
    void (async () => {
      for await (const status of connection.status()) if (status.type === 'error') errors.push(String(status.error));
    })();
    try {
      return await work(connection, errors);
    } finally {
      await connection.close();
    }
  };
  const refused = (subject: string, service: 'gateway' | 'tokens' | 'audit'): Promise<boolean> =>
    connected(service, async (connection, errors) => {
      connection.publish(subject, 'x');
      // The server answers in order: what it says of the publish comes before the end of this round trip.
      await connection.flush();
      // The error has arrived; the stream of events hands it over some turns of the event loop later.
      await delay(100);
      return errors.some((error) => error.toLowerCase().includes('permissions violation'));
    });

  it('may ask what the contracts let them ask', async () => {
    expect(await refused('tokens.token.issue.v1', 'gateway')).toBe(false);
    expect(await refused('audit.event.recorded.v1', 'tokens')).toBe(false);
  });

  it.each([
    ['gateway', 'identity.password.verify.v1'],
    ['gateway', '$JS.API.STREAM.DELETE.AUDIT'],
    ['audit', 'tokens.token.issue.v1'],
    ['tokens', 'registry.realm.delete.v1'],
    ['tokens', 'anything'],
  ] as const)('%s may not publish to %s', async (service, subject) => {
    expect(await refused(subject, service)).toBe(true);
  });
});

it('Redis wants its password', () => {
  expect(new URL(backends.redisUrl).password.length).toBeGreaterThan(20);
});
