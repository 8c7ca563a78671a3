-- Made from libs/topology by "npm run generate"; change it there. Run by a superuser in the database of the product.

-- Nobody gets in, or makes anything, but by a grant below.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
DO $$ BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
END $$;

-- registry
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'chancery_registry_owner') THEN
    CREATE ROLE chancery_registry_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'chancery_registry_app') THEN
    CREATE ROLE chancery_registry_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION;
  END IF;
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO chancery_registry_owner, chancery_registry_app', current_database());
END $$;
CREATE SCHEMA IF NOT EXISTS registry AUTHORIZATION chancery_registry_owner;
REVOKE ALL ON SCHEMA registry FROM PUBLIC;
GRANT USAGE ON SCHEMA registry TO chancery_registry_app;
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_registry_owner IN SCHEMA registry GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO chancery_registry_app;
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_registry_owner IN SCHEMA registry GRANT USAGE, SELECT ON SEQUENCES TO chancery_registry_app;
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_registry_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_registry_owner IN SCHEMA registry GRANT EXECUTE ON FUNCTIONS TO chancery_registry_app;

-- roles
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'chancery_roles_owner') THEN
    CREATE ROLE chancery_roles_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'chancery_roles_app') THEN
    CREATE ROLE chancery_roles_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION;
  END IF;
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO chancery_roles_owner, chancery_roles_app', current_database());
END $$;
CREATE SCHEMA IF NOT EXISTS roles AUTHORIZATION chancery_roles_owner;
REVOKE ALL ON SCHEMA roles FROM PUBLIC;
GRANT USAGE ON SCHEMA roles TO chancery_roles_app;
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_roles_owner IN SCHEMA roles GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO chancery_roles_app;
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_roles_owner IN SCHEMA roles GRANT USAGE, SELECT ON SEQUENCES TO chancery_roles_app;
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_roles_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_roles_owner IN SCHEMA roles GRANT EXECUTE ON FUNCTIONS TO chancery_roles_app;

-- identity
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'chancery_identity_owner') THEN
    CREATE ROLE chancery_identity_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'chancery_identity_app') THEN
    CREATE ROLE chancery_identity_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION;
  END IF;
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO chancery_identity_owner, chancery_identity_app', current_database());
END $$;
CREATE SCHEMA IF NOT EXISTS identity AUTHORIZATION chancery_identity_owner;
REVOKE ALL ON SCHEMA identity FROM PUBLIC;
GRANT USAGE ON SCHEMA identity TO chancery_identity_app;
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_identity_owner IN SCHEMA identity GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO chancery_identity_app;
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_identity_owner IN SCHEMA identity GRANT USAGE, SELECT ON SEQUENCES TO chancery_identity_app;
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_identity_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_identity_owner IN SCHEMA identity GRANT EXECUTE ON FUNCTIONS TO chancery_identity_app;

-- tokens
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'chancery_tokens_owner') THEN
    CREATE ROLE chancery_tokens_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'chancery_tokens_app') THEN
    CREATE ROLE chancery_tokens_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION;
  END IF;
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO chancery_tokens_owner, chancery_tokens_app', current_database());
END $$;
CREATE SCHEMA IF NOT EXISTS tokens AUTHORIZATION chancery_tokens_owner;
REVOKE ALL ON SCHEMA tokens FROM PUBLIC;
GRANT USAGE ON SCHEMA tokens TO chancery_tokens_app;
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_tokens_owner IN SCHEMA tokens GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO chancery_tokens_app;
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_tokens_owner IN SCHEMA tokens GRANT USAGE, SELECT ON SEQUENCES TO chancery_tokens_app;
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_tokens_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_tokens_owner IN SCHEMA tokens GRANT EXECUTE ON FUNCTIONS TO chancery_tokens_app;

-- audit
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'chancery_audit_owner') THEN
    CREATE ROLE chancery_audit_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'chancery_audit_app') THEN
    CREATE ROLE chancery_audit_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION;
  END IF;
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO chancery_audit_owner, chancery_audit_app', current_database());
END $$;
CREATE SCHEMA IF NOT EXISTS audit AUTHORIZATION chancery_audit_owner;
REVOKE ALL ON SCHEMA audit FROM PUBLIC;
GRANT USAGE ON SCHEMA audit TO chancery_audit_app;
-- What is in the log stays: no UPDATE, no DELETE, no TRUNCATE.
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_audit_owner IN SCHEMA audit GRANT SELECT, INSERT ON TABLES TO chancery_audit_app;
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_audit_owner IN SCHEMA audit GRANT USAGE, SELECT ON SEQUENCES TO chancery_audit_app;
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_audit_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE chancery_audit_owner IN SCHEMA audit GRANT EXECUTE ON FUNCTIONS TO chancery_audit_app;
