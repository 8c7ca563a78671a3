import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditEventRecorded, type AuditEvent } from '#contracts';
import { createDataSource, runMigrations, TypeOrmOutbox } from '#database';
import { DurablePublisher, MessageClient } from '#messaging';
import { SilentLogger } from '#observability';
import { createTestDatabase, type TestDatabase } from '#testing';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AdministrationHarness } from '../../testing/administration-harness.js';
import { describeRoleStore } from '../../testing/role-store.contract.js';
import { administrator, RolesHarness } from '../../testing/roles-harness.js';
import { rolesDatabase } from './database.js';
import { TypeOrmRoleStore } from './typeorm-role-store.js';

class RecordingPublisher extends DurablePublisher {
  readonly events: AuditEvent[] = [];

  publish(contract: unknown, event: unknown): Promise<void> {
    if (contract === AuditEventRecorded) this.events.push(event as AuditEvent);
    return Promise.resolve();
  }
}

class NoClient extends MessageClient {
  call(): Promise<never> {
    return Promise.reject(new Error('roles calls nobody'));
  }
}

describe('TypeOrmRoleStore', () => {
  const publisher = new RecordingPublisher();
  let database: TestDatabase;
  let data: DataSource;
  let store: TypeOrmRoleStore;

  beforeAll(async () => {
    database = await createTestDatabase();
    data = createDataSource({
      url: database.url,
      description: rolesDatabase,
      applicationName: 'roles-test',
      poolSize: 8,
    });
    await data.initialize();
    await runMigrations(data, rolesDatabase);
    store = new TypeOrmRoleStore(data, new TypeOrmOutbox(data, 'roles', new NoClient(), publisher, new SilentLogger()));
  });

  afterAll(async () => {
    await data.destroy();
    await database.drop();
  });

  describeRoleStore(() => store);

  describe('at once', () => {
    const settle = (calls: readonly Promise<unknown>[]): Promise<number> =>
      Promise.allSettled(calls).then((results) => results.filter(({ status }) => status === 'fulfilled').length);

    it('realms are provisioned once', async () => {
      const roles = new RolesHarness(store);
      const realmId = uuidv7();
      await Promise.all([1, 2, 3, 4].map(() => roles.realm('acme', realmId)));
      expect((await store.listRoles({ realmId, scope: 'realm' }, { limit: 10, cursor: null })).total).toBe(2);
      expect(publisher.events.filter((event) => event.realm_id === realmId).map(({ type }) => type)).toEqual([
        'role.created',
        'role.created',
      ]);
      expect(new Set(roles.snapshots.published.map(({ version }) => version)).size).toBe(1);
    });

    it('a role is given once', async () => {
      const roles = new RolesHarness(store);
      const { realmId, viewer } = await roles.realm();
      const subjectId = uuidv7();
      await Promise.all([1, 2, 3, 4].map(() => roles.assign(realmId, subjectId, viewer)));
      expect(await roles.held(realmId, subjectId)).toEqual([viewer]);
      expect(publisher.events.filter((event) => event.subject_id === subjectId)).toHaveLength(1);
    });

    it('of two administrators of master exactly one can be taken away', async () => {
      for (let round = 0; round < 5; round += 1) {
        const roles = new RolesHarness(store);
        const { realmId, admin } = await roles.realm('master');
        const subjects = [uuidv7(), uuidv7()];
        for (const subjectId of subjects) await roles.assign(realmId, subjectId, admin);
        expect(await settle(subjects.map((subjectId) => roles.unassign(realmId, subjectId, admin)))).toBe(1);
        const left = await Promise.all(subjects.map((subjectId) => roles.held(realmId, subjectId)));
        expect(left.flat()).toEqual([admin]);
      }
    });

    it('of several administrators of master who leave in different ways one is kept', async () => {
      for (let round = 0; round < 5; round += 1) {
        const roles = new RolesHarness(store);
        const { realmId, admin } = await roles.realm('master');
        const subjects = Array.from({ length: 4 }, () => uuidv7());
        for (const subjectId of subjects) await roles.assign(realmId, subjectId, admin);
        const leave = (subjectId: string, index: number) =>
          index % 2 === 0
            ? roles.unassign(realmId, subjectId, admin)
            : roles.withdrawAdministrator.execute({ realmId, subjectId }, roles.context);
        expect(await settle(subjects.map(leave))).toBe(3);
      }
    });

    it('a user who is deleted is given nothing by who still saw them', async () => {
      for (let round = 0; round < 5; round += 1) {
        const roles = new RolesHarness(store);
        const { realmId, viewer } = await roles.realm();
        const subjectId = uuidv7();
        await settle([
          roles.assign(realmId, subjectId, viewer),
          roles.removeSubjectRoles.execute({ realmId, subjectId }, roles.context),
        ]);
        expect(await roles.held(realmId, subjectId)).toEqual([]);
      }
    });

    it('the newest published version is what the owner loads, whatever the order of assigning and taking', async () => {
      const roles = new RolesHarness(store);
      const { realmId, admin, viewer } = await roles.realm();
      const subjectId = uuidv7();
      const calls = Array.from({ length: 24 }, (_, index) => {
        const roleId = index % 2 === 0 ? admin : viewer;
        return index % 3 === 0 ? roles.unassign(realmId, subjectId, roleId) : roles.assign(realmId, subjectId, roleId);
      });
      await settle(calls);
      const published = roles.snapshots.published.filter(({ key }) => key === `${realmId}/${subjectId}`);
      const newest = published.reduce((left, right) => (right.version > left.version ? right : left));
      const [loaded] = await roles.loadAssignments.execute([`${realmId}/${subjectId}`]);
      expect(loaded).toMatchObject({ version: newest.version, value: newest.value });
      // The same version never means two states.
      for (const one of published) {
        for (const other of published) if (one.version === other.version) expect(one.value).toEqual(other.value);
      }
    });

    it('nobody is left with a role of a realm that is removed meanwhile', async () => {
      for (let round = 0; round < 5; round += 1) {
        const roles = new RolesHarness(store);
        const { realmId, viewer } = await roles.realm();
        const subjects = Array.from({ length: 6 }, () => uuidv7());
        await settle([
          ...subjects.slice(0, 3).map((subjectId) => roles.assign(realmId, subjectId, viewer)),
          roles.removeRealmRoles.execute({ realmId }),
          ...subjects.slice(3).map((subjectId) => roles.assign(realmId, subjectId, viewer)),
        ]);
        const rows: unknown[] = await data.query(
          'SELECT 1 FROM roles.assignments WHERE realm_id = $1 UNION ALL SELECT 1 FROM roles.subjects WHERE realm_id = $1',
          [realmId],
        );
        expect(rows).toEqual([]);
      }
    });

    it('a client is removed while its roles are given', async () => {
      const roles = new RolesHarness(store);
      const { realmId } = await roles.realm();
      const clientId = uuidv7();
      const roleId = uuidv7();
      await store.transaction(async (transaction) => {
        const at = new Date();
        const scope = {
          realmId,
          scope: clientId,
          realmName: 'acme',
          audience: 'api',
          audienceVersion: 0,
          version: 1,
          removed: false,
        };
        await transaction.addScope(scope);
        const role = { id: roleId, realmId, clientId, name: 'clerk', description: null, mask: 1n, version: 1 };
        await transaction.addRole({ ...role, createdAt: at, updatedAt: at });
      });
      const subjects = Array.from({ length: 6 }, () => uuidv7());
      const clerk = administrator(['manage_roles', 'manage_clients']);
      await settle([
        ...subjects.slice(0, 3).map((subjectId) => roles.assign(realmId, subjectId, roleId, clerk)),
        roles.removeClientRoles.execute({ realmId, clientId, serviceAccountUserId: null }, roles.context),
        ...subjects.slice(3).map((subjectId) => roles.assign(realmId, subjectId, roleId, clerk)),
      ]);
      for (const subjectId of subjects) expect((await roles.held(realmId, subjectId)) ?? []).toEqual([]);
      expect(await roles.loadRoleScopes.execute([`${realmId}/${clientId}`])).toMatchObject([{ value: null }]);
    });
  });

  describe('administration at once', () => {
    const results = async <T>(calls: readonly Promise<T>[]): Promise<readonly T[]> =>
      (await Promise.allSettled(calls)).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));

    it('one of many gets a name, and no two permissions a bit', async () => {
      const roles = new AdministrationHarness(store);
      const { realmId } = await roles.realm();
      const client = { id: uuidv7(), clientId: 'billing' };
      for (const place of [{ realmId }, { realmId, client }]) {
        const six = [1, 2, 3, 4, 5, 6];
        expect(await results(six.map(() => roles.role(place, 'clerk', [])))).toHaveLength(1);
        const bits = await results(six.map((index) => roles.permission(place, `p${index}`)));
        expect(new Set(bits).size).toBe(6);
        expect(await results(six.map(() => roles.permission(place, 'same')))).toHaveLength(1);
      }
    });

    it('nobody is left with a role that is deleted while it is given', async () => {
      for (let round = 0; round < 5; round += 1) {
        const roles = new AdministrationHarness(store);
        const { realmId } = await roles.realm();
        const place = round % 2 === 0 ? { realmId } : { realmId, client: { id: uuidv7(), clientId: 'billing' } };
        const { id } = await roles.role(place, 'clerk', []);
        const subjects = Array.from({ length: 6 }, () => uuidv7());
        await results([
          ...subjects.slice(0, 3).map((subjectId) => roles.assign(realmId, subjectId, id)),
          roles.dropRole(realmId, id),
          ...subjects.slice(3).map((subjectId) => roles.assign(realmId, subjectId, id)),
        ]);
        for (const subjectId of subjects) expect((await roles.held(realmId, subjectId)) ?? []).toEqual([]);
      }
    });

    it('of changes under one version exactly one is made', async () => {
      const roles = new AdministrationHarness(store);
      const { realmId } = await roles.realm();
      const { id, version } = await roles.role({ realmId }, 'clerk', []);
      const changes = [1, 2, 3, 4].map((index) =>
        roles.change(realmId, id, { description: `d${index}` }, undefined, version),
      );
      expect(await results(changes)).toHaveLength(1);
    });

    it('a role of 100,000 changes and goes with one snapshot', async () => {
      const roles = new AdministrationHarness(store);
      const { realmId } = await roles.realm();
      const { id } = await roles.role({ realmId }, 'crowd', ['view_realm']);
      await data.query(
        `WITH made AS (
           INSERT INTO roles.subjects (realm_id, subject_id, version, ensured_role_ids)
           SELECT $1, gen_random_uuid(), 1, '{}' FROM generate_series(1, 100000) RETURNING subject_id
         ) SELECT count(*) FROM made`,
        [realmId],
      );
      await data.query(
        `INSERT INTO roles.assignments (realm_id, subject_id, role_id, assigned_at)
         SELECT realm_id, subject_id, $2, now() FROM roles.subjects WHERE realm_id = $1`,
        [realmId, id],
      );
      const page = { limit: 2, cursor: null };
      const preview = await roles.previewRoleChange.execute(
        { realmId, roleId: id, permissions: [], page },
        roles.context,
      );
      expect(preview).toMatchObject({ holders: 100_000, affected: { total: 100_000 } });
      roles.snapshots.fenced.length = 0;
      await roles.change(realmId, id, { permissions: ['view_users'] });
      await roles.dropRole(realmId, id);
      expect(roles.snapshots.fenced.map(({ key }) => key)).toEqual([`${realmId}/realm`, `${realmId}/realm`]);
      const left: unknown[] = await data.query('SELECT 1 FROM roles.assignments WHERE realm_id = $1 LIMIT 1', [
        realmId,
      ]);
      expect(left).toEqual([]);
    }, 60_000);
  });

  describe('the schema', () => {
    const refused = (statement: string, parameters: unknown[] = []): Promise<void> =>
      expect(data.query(statement, parameters)).rejects.toThrow(/violates/);

    it('refuses a role of another realm, a negative mask and a permission on a built-in bit', async () => {
      const roles = new RolesHarness(store);
      const [here, there] = [await roles.realm(), await roles.realm('other')];
      const subjectId = uuidv7();
      await roles.assign(here.realmId, subjectId, here.viewer);
      await refused('INSERT INTO roles.assignments VALUES ($1, $2, $3, now())', [
        here.realmId,
        subjectId,
        there.viewer,
      ]);
      await refused('UPDATE roles.roles SET permissions = -1 WHERE realm_id = $1', [here.realmId]);
      await refused(`INSERT INTO roles.permissions VALUES ($1, 'realm', 31, 'x', NULL)`, [here.realmId]);
    });

    it('goes back and forth', async () => {
      const other = await createTestDatabase();
      const fresh = createDataSource({
        url: other.url,
        description: rolesDatabase,
        applicationName: 'roles-test',
        poolSize: 1,
      });
      await fresh.initialize();
      try {
        await runMigrations(fresh, rolesDatabase);
        await fresh.undoLastMigration();
        const tables: unknown[] = await fresh.query(
          `SELECT tablename FROM pg_tables WHERE schemaname = 'roles' AND tablename <> 'migrations'`,
        );
        expect(tables).toEqual([]);
        await runMigrations(fresh, rolesDatabase);
      } finally {
        await fresh.destroy();
        await other.drop();
      }
    });
  });
});
