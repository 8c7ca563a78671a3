import type { SigningAlgorithm } from '#contracts';
import { MasterKey } from '#envelope';
import { createDataSource, runMigrations, TypeOrmOutbox, type Outbox } from '#database';
import { FrozenClock } from '#host';
import { newCallContext } from '#messaging';
import { createTestDatabase, type TestDatabase } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { EnsureActiveKey } from '../../application/ensure-active-key.js';
import { MakeSigningKey, type KeyRealm } from '../../application/make-signing-key.js';
import { SigningKeys } from '../../application/signing-keys.js';
import { SnapshotView } from '../../application/snapshot-view.js';
import {
  FakeMessageClient,
  FakeOutbox,
  FakePublisher,
  FakeSnapshotReader,
  FakeSnapshotWriter,
  RecordingLogger,
} from '../../testing/platform-fakes.js';
import { describeSigningKeyRepository } from '../../testing/signing-key.repository.suite.js';
import { JoseKeyVault } from '../keys/jose-key-vault.js';
import { MasterKeyCheck } from '../keys/master-key.check.js';
import { tokensDatabase } from './database.js';
import { TypeOrmSigningKeyRepository } from './typeorm-signing-key.repository.js';

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = createDataSource({
    url: database.url,
    description: tokensDatabase,
    applicationName: 'tokens-test',
    poolSize: 8,
  });
  await dataSource.initialize();
  await runMigrations(dataSource, tokensDatabase);
}, 60_000);

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

/** The record of an event is undone with its transaction; the fake outbox does not know, so rolled back ones are left out. */
describeSigningKeyRepository('TypeOrmSigningKeyRepository', () => {
  const outbox = new FakeOutbox();
  return { repository: new TypeOrmSigningKeyRepository(dataSource, outbox), events: outbox.recorded };
});

describe('signing keys in PostgreSQL', () => {
  const masterKey = new MasterKey(randomBytes(32).toString('base64'));
  const logger = new RecordingLogger();
  const sign = async (realm: KeyRealm, algorithm: SigningAlgorithm = 'ES256', outbox: Outbox = new FakeOutbox()) => {
    const vault = new JoseKeyVault(masterKey);
    const repository = new TypeOrmSigningKeyRepository(dataSource, outbox);
    const snapshots = new FakeSnapshotReader();
    const maker = new MakeSigningKey(vault, new FrozenClock(new Date()));
    const ensure = new EnsureActiveKey(repository, maker, new FakeSnapshotWriter(snapshots), outbox);
    const context = newCallContext({ deadlineMs: 5_000 });
    const keys = new SigningKeys(repository, vault, ensure, logger);
    return await keys.forSigning(realm, algorithm, 300, new SnapshotView(snapshots, context), context);
  };

  it('many instances that need the first key at once sign with the same one', async () => {
    const realm = { id: uuidv7(), name: 'acme' };
    const keys = await Promise.all(Array.from({ length: 10 }, () => sign(realm)));
    expect(new Set(keys.map((key) => key.kid)).size).toBe(1);
  });

  it('the event of a new key leaves through the outbox, once, also when several instances tried', async () => {
    const publisher = new FakePublisher();
    const outbox = new TypeOrmOutbox(dataSource, 'tokens', new FakeMessageClient(), publisher, logger);
    const realm = { id: uuidv7(), name: 'acme' };
    const keys = await Promise.all(Array.from({ length: 4 }, () => sign(realm, 'ES256', outbox)));
    await outbox.flush(newCallContext({ deadlineMs: 5_000 }));
    expect(publisher.events).toEqual([
      expect.objectContaining({
        type: 'signing_key.created',
        realm_id: realm.id,
        target: { kind: 'signing_key', id: keys[0]?.kid },
      }),
    ]);
  });

  it('no private half is in the table in plain form', async () => {
    const realm = { id: uuidv7(), name: 'acme' };
    for (const algorithm of ['ES256', 'RS256', 'EdDSA'] as const) {
      await sign(realm, algorithm);
    }
    const rows: { readonly row: string; readonly public_jwk: string }[] = await dataSource.query(
      `SELECT to_json(k)::text AS row, public_jwk FROM tokens.signing_keys k WHERE realm_id = $1`,
      [realm.id],
    );
    expect(rows).toHaveLength(3);
    for (const { row, public_jwk } of rows) {
      expect(row).not.toMatch(/"(d|p|q|dp|dq|qi)\\*":/);
      expect(Object.keys(JSON.parse(public_jwk) as object)).not.toContain('d');
      const { ciphertext } = JSON.parse(row) as { ciphertext: string };
      expect(Buffer.from(ciphertext, 'base64url').toString('latin1')).not.toContain('"kty"');
    }
  });

  it('a row moved to another realm does not open', async () => {
    const realm = { id: uuidv7(), name: 'acme' };
    const { kid } = await sign(realm);
    const moved = { id: uuidv7(), name: 'other' };
    await dataSource.query(`UPDATE tokens.signing_keys SET realm_id = $1 WHERE kid = $2`, [moved.id, kid]);
    await expect(sign(moved)).rejects.toMatchObject({ code: 'internal', reason: 'signing_key_not_opened' });
  });

  it('a start with another master key is refused by name', async () => {
    await sign({ id: uuidv7(), name: 'acme' });
    await dataSource.query(`DELETE FROM tokens.signing_keys WHERE master_key_id <> $1`, [masterKey.id]);
    await expect(new MasterKeyCheck(dataSource, masterKey, logger).onApplicationBootstrap()).resolves.toBeUndefined();
    const other = new MasterKey(randomBytes(32).toString('base64'));
    await expect(new MasterKeyCheck(dataSource, other, logger).onApplicationBootstrap()).rejects.toThrow(
      /CHANCERY_MASTER_KEY/,
    );
  });

  it('the migration can be taken back', async () => {
    await dataSource.undoLastMigration();
    await runMigrations(dataSource, tokensDatabase);
  });
});
