import { REALM_MANAGEMENT_CLIENT_ID, REALM_SCOPE } from '#contracts';
import { v7 as uuidv7 } from 'uuid';
import type { Scope } from '../domain/role-store.js';
import type { Role } from '../domain/role.js';

/** A role for tests; say what matters. */
export function buildRole(facts: Partial<Role> = {}): Role {
  const at = new Date('2026-01-02T03:04:05.678Z');
  return {
    id: uuidv7(),
    realmId: uuidv7(),
    clientId: null,
    name: 'operator',
    description: null,
    mask: 0n,
    version: 1,
    createdAt: at,
    updatedAt: at,
    ...facts,
  };
}

/** A scope for tests; say what matters. */
export function buildScope(facts: Partial<Scope> = {}): Scope {
  return {
    realmId: uuidv7(),
    scope: REALM_SCOPE,
    realmName: 'acme',
    audience: REALM_MANAGEMENT_CLIENT_ID,
    audienceVersion: 0,
    version: 1,
    removed: false,
    ...facts,
  };
}
