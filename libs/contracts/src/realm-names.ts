import { Type } from '@sinclair/typebox';
import { Acknowledged, RealmName, Uuid } from './common.js';
import { defineCall } from './contract.js';

/**
 * Tells identity the name that a realm has now, for the audit events of calls that name the realm by its id only. Idempotent;
 * the registry compares afterwards with what is stored, so calls may overtake each other.
 */
export const NameRealmOfUsers = defineCall({
  subject: 'identity.realm.name.v1',
  callers: ['registry'],
  request: Type.Object({ realmId: Uuid, realmName: RealmName }),
  reply: Acknowledged,
});

/** The same for roles. */
export const NameRealmOfRoles = defineCall({
  subject: 'roles.realm.name.v1',
  callers: ['registry'],
  request: Type.Object({ realmId: Uuid, realmName: RealmName }),
  reply: Acknowledged,
});
