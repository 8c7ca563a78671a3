import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDataSource, EmbeddedDatabase, runMigrations } from '#database';
import { createTestDatabase } from '#testing';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { auditDatabase } from '../infrastructure/persistence/database.js';

/** A migrated database as its two roles see it. */
export interface AuditTestDatabase {
  /** Migrates, and owns everything; no superuser where there is a server. */
  readonly owner: DataSource;
  /** What the running service is. */
  readonly app: DataSource;
  remove(): Promise<void>;
}

const open = (url: string, poolSize = 4): Promise<DataSource> =>
  createDataSource({ url, description: auditDatabase, applicationName: 'test', poolSize }).initialize();

/** On a server, with the roles and rights of production (`#topology`) under names of their own. */
export async function auditServerDatabase(): Promise<AuditTestDatabase> {
  const database = await createTestDatabase();
  const suffix = uuidv7().replaceAll('-', '');
  const [ownerRole, appRole] = [`audit_owner_${suffix}`, `audit_app_${suffix}`];
  const superuser = await open(database.url, 1);
  for (const statement of [
    ...[ownerRole, appRole].map((role) => `CREATE ROLE ${role} LOGIN PASSWORD 'test' NOINHERIT`),
    `REVOKE ALL ON SCHEMA public FROM PUBLIC`,
    `CREATE SCHEMA audit AUTHORIZATION ${ownerRole}`,
    `GRANT USAGE ON SCHEMA audit TO ${appRole}`,
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${ownerRole} IN SCHEMA audit GRANT SELECT, INSERT ON TABLES TO ${appRole}`,
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${ownerRole} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC`,
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${ownerRole} IN SCHEMA audit GRANT EXECUTE ON FUNCTIONS TO ${appRole}`,
  ]) {
    await superuser.query(statement);
  }
  const as = (role: string): Promise<DataSource> => {
    const url = new URL(database.url);
    url.username = role;
    url.password = 'test';
    return open(url.href);
  };
  const owner = await as(ownerRole);
  await runMigrations(owner, auditDatabase);
  const app = await as(appRole);
  return {
    owner,
    app,
    async remove() {
      await app.destroy();
      await owner.destroy();
      await superuser.query(`DROP OWNED BY ${appRole}, ${ownerRole} CASCADE`);
      await superuser.query(`DROP ROLE ${appRole}, ${ownerRole}`);
      await superuser.destroy();
      await database.drop();
    },
  };
}

/** Embedded: one role for all. */
export async function auditEmbeddedDatabase(): Promise<AuditTestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'chancery-audit-'));
  const database = await EmbeddedDatabase.start(folder);
  const data = await open(database.url, 2);
  await runMigrations(data, auditDatabase);
  return {
    owner: data,
    app: data,
    async remove() {
      await data.destroy();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Both. */
export const AUDIT_DATABASES = [
  ['PostgreSQL', auditServerDatabase],
  ['the embedded database', auditEmbeddedDatabase],
] as const;
