import { v7 as uuidv7 } from 'uuid';
import type { User } from '../domain/user.js';

/** A person for tests; say what matters. */
export function buildUser(facts: Partial<User> = {}): User {
  const at = new Date('2026-01-02T03:04:05.678Z');
  const id = uuidv7();
  return {
    id,
    realmId: uuidv7(),
    realmName: 'acme',
    clientId: null,
    username: `user-${id}`,
    email: null,
    emailVerified: false,
    firstname: null,
    lastname: null,
    enabled: true,
    requiredActions: [],
    hasPassword: false,
    version: 1,
    createdAt: at,
    updatedAt: at,
    ...facts,
  };
}

/** A service account for tests. */
export function buildServiceAccount(facts: Partial<User> = {}): User {
  const clientId = uuidv7();
  return buildUser({ clientId, username: `service-account-${clientId}`, ...facts });
}
