import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FencingSnapshotWriter, MemorySnapshotStore, ValidatingSnapshotReader } from '#cache';
import {
  AssignmentsSnapshot,
  assignmentsSnapshotKey,
  AssignRole,
  AuditEventRecorded,
  EnsureRoleAssignment,
  ListPermissions,
  ListRoles,
  ListSubjectRoles,
  ProvisionRealmRoles,
  RemoveClientRoles,
  RemoveRealmRoles,
  RoleScopeSnapshot,
  roleScopeSnapshotKey,
  UnassignRole,
  UserSnapshot,
  userSnapshotKey,
} from '#contracts';
import { startService, SystemClock, type RunningService } from '#host';
import { ContractMessageClient, InProcessTransport, newCallContext, type CallContext } from '#messaging';
import { Readiness, SilentLogger } from '#observability';
import { createTestDatabase, type TestDatabase } from '#testing';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { v7 as uuidv7 } from 'uuid';
import { rolesService } from './roles.service.js';
import { administrator, SYSTEM } from './testing/roles-harness.js';

const context = (): CallContext => newCallContext({ deadlineMs: 10_000 });

/** The whole service on a real database, called through the bus as the others call it. */
describe('the roles service', () => {
  const transport = new InProcessTransport();
  const snapshotStore = new MemorySnapshotStore();
  const registry = new ContractMessageClient(transport, 'registry');
  const gateway = new ContractMessageClient(transport, 'gateway');
  const tokens = new ValidatingSnapshotReader(snapshotStore, new ContractMessageClient(transport, 'tokens'), {
    maxBytes: 1_000_000,
  });
  const realm = { realmId: uuidv7(), realmName: 'acme' };
  const { realmId } = realm;
  const recorded: string[] = [];
  let database: TestDatabase;
  let road: Road;
  let service: RunningService;

  /** Makes a user known, as identity does. */
  const publishUser = async (id: string): Promise<void> => {
    const value = { id, realmId, clientId: null, username: id, enabled: true };
    const target = { contract: UserSnapshot, key: userSnapshotKey(realmId, id) };
    await new FencingSnapshotWriter(snapshotStore).change([target], () =>
      Promise.resolve({ result: undefined, snapshots: [{ ...target, version: 1, value }] }),
    );
  };
  const roleNamed = async (name: string): Promise<string> => {
    const page = { limit: 10, cursor: null };
    const { items } = await gateway.call(ListRoles, { realmId, page, search: name }, context());
    return items[0]?.id ?? '';
  };
  const heldNow = async (subjectId: string): Promise<readonly string[] | undefined> => {
    const value = await tokens.read(AssignmentsSnapshot, assignmentsSnapshotKey(realmId, subjectId), context());
    return value?.roles.map(({ roleId }) => roleId);
  };

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
    road = await openRoad(database.url);
    service = await startService(rolesService, {
      transport,
      snapshotStore,
      databaseUrl: road.url,
      databasePoolSize: 4,
      logger: new SilentLogger(),
      clock: new SystemClock(),
      readiness: new Readiness(),
      environment: {},
      migrate: true,
      snapshotCacheBytes: 100_000,
    });
    await registry.call(ProvisionRealmRoles, realm, context());
  });

  afterAll(async () => {
    await service.stop();
    road.close();
    await transport.drain();
    await database.drop();
  });

  it('gives and takes roles, and the hot path sees it at once', async () => {
    const subjectId = uuidv7();
    await publishUser(subjectId);
    const roleId = await roleNamed('viewer');
    const request = { actor: SYSTEM, ...realm, subjectId, roleId };
    expect(await heldNow(subjectId)).toBeUndefined();
    await gateway.call(AssignRole, request, context());
    expect(await heldNow(subjectId)).toEqual([roleId]);
    const { items } = await gateway.call(ListSubjectRoles, { realmId, subjectId }, context());
    expect(items).toMatchObject([{ id: roleId, name: 'viewer', clientId: null, realmId }]);
    await gateway.call(UnassignRole, request, context());
    expect(await heldNow(subjectId)).toEqual([]);
    const events = recorded.filter((payload) => payload.includes(subjectId)).join('\n');
    expect(events).toMatch(/role\.assigned[^]*role\.unassigned/);
  });

  it('answers refusals with their codes', async () => {
    const [subjectId, stranger] = [uuidv7(), uuidv7()];
    await publishUser(subjectId);
    const roleId = await roleNamed('admin');
    const clerk = administrator(['manage_roles']);
    const assign = (facts: object): Promise<unknown> =>
      gateway.call(AssignRole, { actor: clerk, ...realm, subjectId, roleId, ...facts }, context());
    await expect(assign({})).rejects.toMatchObject({ code: 'forbidden' });
    await expect(assign({ actor: SYSTEM, roleId: uuidv7() })).rejects.toMatchObject({ code: 'not_found' });
    // Nobody serves identity here and the store does not know the stranger: fail closed.
    await expect(assign({ actor: SYSTEM, subjectId: stranger })).rejects.toMatchObject({ code: 'unavailable' });
    await expect(
      gateway.call(UnassignRole, { actor: SYSTEM, ...realm, subjectId, roleId }, context()),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  it('offers the scope with its permissions to the hot path, and the catalogue to administrators', async () => {
    const scope = await tokens.read(RoleScopeSnapshot, roleScopeSnapshotKey(realmId, 'realm'), context());
    expect(scope?.permissions).toHaveLength(27);
    expect(scope?.roles.map(({ name }) => name)).toEqual(['admin', 'viewer']);
    const { items } = await gateway.call(ListPermissions, { realmId }, context());
    expect(items.map(({ name }) => name)).toEqual(scope?.permissions.map(({ name }) => name));
  });

  it('ensures, and clears up after clients and realms', async () => {
    const [subjectId, clientId] = [uuidv7(), uuidv7()];
    await registry.call(EnsureRoleAssignment, { ...realm, subjectId, roleName: 'admin' }, context());
    expect(await heldNow(subjectId)).toHaveLength(1);
    const request = { realmId, clientId, serviceAccountUserId: subjectId };
    await registry.call(RemoveClientRoles, request, context());
    expect(await heldNow(subjectId)).toEqual([]);
    await registry.call(RemoveRealmRoles, { realmId }, context());
    expect(await tokens.read(RoleScopeSnapshot, roleScopeSnapshotKey(realmId, 'realm'), context())).toBeNull();
  });

  it('tells callers to try again while the database is away', async () => {
    road.close();
    const page = { limit: 10, cursor: null };
    await expect(gateway.call(ListRoles, { realmId, page, search: null }, context())).rejects.toMatchObject({
      code: 'unavailable',
    });
    const unknown = tokens.read(AssignmentsSnapshot, assignmentsSnapshotKey(realmId, uuidv7()), context());
    await expect(unknown).rejects.toMatchObject({ code: 'unavailable' });
  });
});

/** A way to the database that a test can close, as a server that is gone. */
interface Road {
  readonly url: string;
  close(): void;
}

async function openRoad(databaseUrl: string): Promise<Road> {
  const url = new URL(databaseUrl);
  const { hostname: host, port } = url;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    near.pipe(far).pipe(near);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { url: url.href, close };
}
