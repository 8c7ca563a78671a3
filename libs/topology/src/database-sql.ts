import { DATABASE_ROLES, type DatabaseRoles } from './database-roles.js';

/**
 * The SQL that a superuser runs once in the product's database: schemas, roles without passwords, privileges. May be run
 * again. Afterwards each role is given its password.
 */
export function databaseRolesSql(): string {
  return [
    '-- Nobody gets in, or makes anything, but by a grant below.',
    'REVOKE ALL ON SCHEMA public FROM PUBLIC;',
    'DO $$ BEGIN',
    "  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());",
    'END $$;',
    ...DATABASE_ROLES.flatMap(serviceSql),
    '',
  ].join('\n');
}

function serviceSql(roles: DatabaseRoles): readonly string[] {
  const { schema, owner, app } = roles;
  const inSchema = `ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA ${schema}`;
  return [
    '',
    `-- ${roles.service}`,
    'DO $$ BEGIN',
    ...[owner, app].flatMap((role) => [
      `  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = '${role}') THEN`,
      `    CREATE ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION;`,
      '  END IF;',
    ]),
    `  EXECUTE format('GRANT CONNECT ON DATABASE %I TO ${owner}, ${app}', current_database());`,
    'END $$;',
    `CREATE SCHEMA IF NOT EXISTS ${schema} AUTHORIZATION ${owner};`,
    `REVOKE ALL ON SCHEMA ${schema} FROM PUBLIC;`,
    `GRANT USAGE ON SCHEMA ${schema} TO ${app};`,
    ...(roles.tablePrivileges.includes('DELETE')
      ? []
      : ['-- What is in the log stays: no UPDATE, no DELETE, no TRUNCATE.']),
    `${inSchema} GRANT ${roles.tablePrivileges.join(', ')} ON TABLES TO ${app};`,
    `${inSchema} GRANT USAGE, SELECT ON SEQUENCES TO ${app};`,
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;`,
    `${inSchema} GRANT EXECUTE ON FUNCTIONS TO ${app};`,
  ];
}
