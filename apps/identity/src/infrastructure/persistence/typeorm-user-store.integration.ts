import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditEventRecorded, type AuditEvent } from '#contracts';
import { createDataSource, runMigrations, SqlKeptAnswers, TypeOrmOutbox } from '#database';
import { DurablePublisher, MessageClient } from '#messaging';
import { SilentLogger } from '#observability';
import { createTestDatabase, type TestDatabase } from '#testing';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { IdentityHarness } from '../../testing/identity-harness.js';
import { describeUserStore } from '../../testing/user-store.contract.js';
import { identityDatabase } from './database.js';
import { TypeOrmUserStore } from './typeorm-user-store.js';

class RecordingPublisher extends DurablePublisher {
  readonly events: AuditEvent[] = [];

  publish(contract: unknown, event: unknown): Promise<void> {
    if (contract === AuditEventRecorded) this.events.push(event as AuditEvent);
    return Promise.resolve();
  }
}

class NoClient extends MessageClient {
  call(): Promise<never> {
    return Promise.reject(new Error('identity calls nobody'));
  }
}

describe('TypeOrmUserStore', () => {
  const publisher = new RecordingPublisher();
  let database: TestDatabase;
  let data: DataSource;
  let store: TypeOrmUserStore;

  beforeAll(async () => {
    database = await createTestDatabase();
    data = createDataSource({
      url: database.url,
      description: identityDatabase,
      applicationName: 'identity-test',
      poolSize: 8,
    });
    await data.initialize();
    await runMigrations(data, identityDatabase);
    const outbox = new TypeOrmOutbox(data, 'identity', new NoClient(), publisher, new SilentLogger());
    store = new TypeOrmUserStore(data, outbox);
  });

  afterAll(async () => {
    await data.destroy();
    await database.drop();
  });

  describeUserStore(
    () => store,
    () => new SqlKeptAnswers(data, 'identity'),
  );

  describe('at once', () => {
    it('a client gets one service account, whatever id each call brings', async () => {
      for (let round = 0; round < 5; round += 1) {
        const identity = new IdentityHarness(store);
        const clientId = uuidv7();
        const ids = await Promise.all([1, 2, 3, 4].map(() => identity.ensureAccount({ clientId })));
        expect(new Set(ids).size).toBe(1);
        const { realmId } = identity.realm;
        expect(publisher.events.filter((event) => event.realm_id === realmId).map(({ type }) => type)).toEqual([
          'service_account.created',
        ]);
      }
    });

    it('replicas make one administrator, and the password told is the one that works', async () => {
      for (let round = 0; round < 5; round += 1) {
        const identity = new IdentityHarness(store);
        const results = await Promise.all([1, 2, 3].map(() => identity.ensureAdministrator()));
        expect(results.filter(({ created }) => created)).toHaveLength(1);
        expect(new Set(results.map(({ userId }) => userId)).size).toBe(1);
        expect(identity.notice.told).toHaveLength(1);
        const { password } = identity.notice.told[0] ?? { password: '' };
        expect(await identity.verify('admin', password)).toMatchObject({ outcome: 'verified' });
      }
    });

    it('the newest published version is what the owner loads, over removal and return', async () => {
      const identity = new IdentityHarness(store);
      const [clientId, userId] = [uuidv7(), uuidv7()];
      const calls = Array.from({ length: 24 }, (_, index) =>
        index % 4 === 3
          ? identity.removeAccount(clientId)
          : identity.ensureAccount({ clientId, userId, enabled: index % 2 === 0 }),
      );
      await Promise.allSettled(calls);
      const { published } = identity.snapshots;
      const newest = published.reduce((left, right) => (right.version > left.version ? right : left));
      const [loaded] = await identity.loadUsers.execute([`${identity.realm.realmId}/${userId}`]);
      expect(loaded).toMatchObject({ version: newest.version, value: newest.value });
      // The same version never means two states.
      for (const one of published) {
        for (const other of published) if (one.version === other.version) expect(one.value).toEqual(other.value);
      }
    });
  });

  describe('the schema', () => {
    const refused = (statement: string, parameters: unknown[] = []): Promise<void> =>
      expect(data.query(statement, parameters)).rejects.toThrow(/violates/);

    it('refuses a password at rest and a person with the name of a service account', async () => {
      const identity = new IdentityHarness(store);
      const { userId } = await identity.ensureAdministrator('correct horse');
      const { realmId } = identity.realm;
      await refused(`UPDATE identity.credentials SET secret = 'correct horse' WHERE realm_id = $1`, [realmId]);
      await refused(`UPDATE identity.users SET username_key = 'service-account-x' WHERE realm_id = $1 AND id = $2`, [
        realmId,
        userId,
      ]);
    });

    it('goes back and forth', async () => {
      const other = await createTestDatabase();
      const fresh = createDataSource({
        url: other.url,
        description: identityDatabase,
        applicationName: 'identity-test',
        poolSize: 1,
      });
      await fresh.initialize();
      try {
        await runMigrations(fresh, identityDatabase);
        await fresh.undoLastMigration();
        const tables: unknown[] = await fresh.query(
          `SELECT tablename FROM pg_tables WHERE schemaname = 'identity' AND tablename <> 'migrations'`,
        );
        expect(tables).toEqual([]);
        await runMigrations(fresh, identityDatabase);
      } finally {
        await fresh.destroy();
        await other.drop();
      }
    });
  });
});
