import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MemorySnapshotStore, ValidatingSnapshotReader } from '#cache';
import {
  AuditEventRecorded,
  EnsureAdministrator,
  EnsureServiceAccount,
  ReadServiceAccount,
  ReadUser,
  RemoveRealmUsers,
  RemoveServiceAccount,
  UserSnapshot,
  userSnapshotKey,
  VerifyPassword,
} from '#contracts';
import { startService, SystemClock, type RunningService } from '#host';
import { ContractMessageClient, InProcessTransport, newCallContext, type CallContext } from '#messaging';
import { Readiness, SilentLogger } from '#observability';
import { createTestDatabase, type TestDatabase } from '#testing';
import { v7 as uuidv7 } from 'uuid';
import { BootstrapNotice, identityService } from './index.js';
import { RecordingNotice } from './testing/identity-harness.js';

const context = (): CallContext => newCallContext({ deadlineMs: 10_000 });

/** The whole service on a real database, called through the bus as the others call it. */
describe('the identity service', () => {
  const transport = new InProcessTransport();
  const snapshotStore = new MemorySnapshotStore();
  const registry = new ContractMessageClient(transport, 'registry');
  const gateway = new ContractMessageClient(transport, 'gateway');
  const tokens = new ContractMessageClient(transport, 'tokens');
  const snapshots = new ValidatingSnapshotReader(snapshotStore, tokens, { maxBytes: 1_000_000 });
  const notice = new RecordingNotice();
  const realm = { realmId: uuidv7(), realmName: 'master' };
  const { realmId } = realm;
  const recorded: string[] = [];
  let database: TestDatabase;
  let service: RunningService;

  beforeAll(async () => {
    await transport.consumeDurable(
      { stream: AuditEventRecorded.stream, subject: AuditEventRecorded.subject, consumer: 'audit', maxBatch: 32 },
      (messages) => {
        for (const message of messages) {
          recorded.push(Buffer.from(message.payload).toString('utf8'));
          message.ack();
        }
        return Promise.resolve();
      },
    );
    database = await createTestDatabase();
    service = await startService(identityService, {
      transport,
      snapshotStore,
      databaseUrl: database.url,
      databasePoolSize: 4,
      logger: new SilentLogger(),
      clock: new SystemClock(),
      readiness: new Readiness(),
      environment: { CHANCERY_ADMIN_USERNAME: 'root' },
      migrate: true,
      snapshotCacheBytes: 100_000,
      provided: [{ provide: BootstrapNotice, useValue: notice }],
    });
  });

  afterAll(async () => {
    await service.stop();
    await transport.drain();
    await database.drop();
  });

  it('makes the first administrator, tells the notice of the host, and lets exactly that password in', async () => {
    const { userId, created } = await registry.call(EnsureAdministrator, realm, context());
    expect(created).toBe(true);
    expect(await registry.call(EnsureAdministrator, realm, context())).toEqual({ userId, created: false });
    expect(notice.told).toMatchObject([{ username: 'root' }]);
    const password = notice.told[0]?.password ?? '';
    const verify = (username: string, attempt: string) =>
      tokens.call(VerifyPassword, { realmId, username, password: attempt }, context());
    expect(await verify('root', password)).toEqual({ outcome: 'verified', userId });
    expect(await verify('root', `${password}x`)).toEqual({ outcome: 'refused', reason: 'wrong_password', userId });
    expect(await verify('nobody\0', password)).toMatchObject({ reason: 'unknown_user' });
    expect(await gateway.call(ReadUser, { realmId, id: userId }, context())).toMatchObject({ username: 'root' });
    expect(recorded.join('\n')).toContain('user.created');
    expect(recorded.join('\n')).not.toContain(password);
  });

  it('keeps only a hash of the password at rest', async () => {
    const password = notice.told[0]?.password ?? '';
    const { Client } = await import('pg');
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query<{ secret: string }>('SELECT secret FROM identity.credentials');
    await client.end();
    expect(rows).toHaveLength(1);
    expect(rows[0]?.secret).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(rows[0]?.secret).not.toContain(password);
  });

  it('follows a client: makes, disables and removes its service account, seen at once by the hot path', async () => {
    const [clientId, userId] = [uuidv7(), uuidv7()];
    const ensure = (enabled: boolean) =>
      registry.call(
        EnsureServiceAccount,
        { ...realm, clientId, clientIdentifier: 'billing', userId, enabled },
        context(),
      );
    const now = () => snapshots.read(UserSnapshot, userSnapshotKey(realmId, userId), context());
    expect(await now()).toBeNull();
    expect(await ensure(true)).toEqual({ userId });
    expect(await now()).toEqual({ id: userId, realmId, clientId, username: 'service-account-billing', enabled: true });
    await ensure(false);
    expect(await now()).toMatchObject({ enabled: false });
    const account = await gateway.call(ReadServiceAccount, { realmId, clientId }, context());
    expect(account).toMatchObject({ id: userId, enabled: false, requiredActions: [] });
    await registry.call(RemoveServiceAccount, { realmId, clientId }, context());
    expect(await now()).toBeNull();
    await expect(gateway.call(ReadServiceAccount, { realmId, clientId }, context())).rejects.toMatchObject({
      code: 'not_found',
    });
    const types = recorded.filter((payload) => payload.includes(userId)).join('\n');
    expect(types).toMatch(/service_account\.created[^]*service_account\.updated[^]*service_account\.deleted/);
  });

  it('clears up after a realm', async () => {
    await registry.call(RemoveRealmUsers, { realmId }, context());
    const verdict = await tokens.call(VerifyPassword, { realmId, username: 'root', password: 'x' }, context());
    expect(verdict).toMatchObject({ reason: 'unknown_user' });
  });
});
