import { REALM_SCOPE, type GuardAccount as Contract, type RequestOf } from '#contracts';
import { AppError } from '#errors';
import { Injectable } from '@nestjs/common';
import { mayGrant } from '../domain/grant-policy.js';
import { RoleStore } from '../domain/role-store.js';

/**
 * Refuses an account to those who would gain by getting into it. Whoever does holds what the account holds, so it takes what
 * giving that would take. What the account may do at clients' APIs does not count: to manage clients, or people, is authority
 * over what they do there.
 */
@Injectable()
export class GuardAccount {
  constructor(private readonly store: RoleStore) {}

  /** @throws AppError `forbidden`. */
  async execute({ actor, realmId, subjectId }: RequestOf<typeof Contract>): Promise<void> {
    const held = (await this.store.rolesOf({ realmId, subjectId })).filter(({ clientId }) => clientId === null);
    if (held.length === 0) return;
    const [realm] = await this.store.readScopes([{ realmId, scope: REALM_SCOPE }]);
    const own = realm?.permissions ?? [];
    if (held.every((role) => mayGrant(actor, role, own))) return;
    throw new AppError('forbidden', {
      detail: 'The account holds permissions that you do not hold yourself.',
      reason: 'exceeds_actor',
    });
  }
}
