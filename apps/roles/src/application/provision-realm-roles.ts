import { newAuditEvent } from '#audit-trail';
import {
  REALM_MANAGEMENT_CLIENT_ID,
  REALM_SCOPE,
  type ProvisionRealmRoles as Contract,
  type RequestOf,
} from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { PermissionCatalogue } from '../domain/permission-catalogue.js';
import { RoleStore, type RoleTransaction, type Scope } from '../domain/role-store.js';
import { BUILT_IN_ROLES, type BuiltInRole } from '../domain/role.js';
import { SYSTEM_ACTOR } from './assignment-event.js';
import { ChangeScopes } from './change-scopes.js';

/** Makes the roles that every realm comes with. Idempotent: a role of that name is left as it is. */
@Injectable()
export class ProvisionRealmRoles {
  constructor(
    private readonly changeScopes: ChangeScopes,
    private readonly store: RoleStore,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `conflict` for a realm that has been removed. */
  async execute({ realmId, realmName }: RequestOf<typeof Contract>, context: CallContext): Promise<void> {
    await this.changeScopes.execute(
      realmId,
      [REALM_SCOPE],
      async (transaction, scope) => {
        if (scope.removed) throw new AppError('conflict', { detail: 'The realm is removed.', reason: 'realm_removed' });
        const { roles } = await transaction.contentsOf(scope);
        const missing = BUILT_IN_ROLES.filter(({ name }) => !roles.some((role) => role.name === name));
        for (const role of missing) await this.create(transaction, scope, role, context);
        return missing.length === 0 ? null : scope;
      },
      ({ scope }) => ({
        realmId,
        scope,
        realmName,
        audience: REALM_MANAGEMENT_CLIENT_ID,
        audienceVersion: 0,
        version: 0,
        removed: false,
      }),
    );
    await this.store.flush(context);
  }

  private async create(
    transaction: RoleTransaction,
    { realmId, realmName }: Scope,
    { name, description, mask }: BuiltInRole,
    context: CallContext,
  ): Promise<void> {
    const now = this.clock.now();
    const id = uuidv7();
    await transaction.addRole({
      id,
      realmId,
      clientId: null,
      name,
      description,
      mask,
      version: await transaction.nextVersion(),
      createdAt: now,
      updatedAt: now,
    });
    await transaction.record(
      newAuditEvent(
        {
          type: 'role.created',
          realm: realmName,
          realmId,
          actor: SYSTEM_ACTOR,
          target: { kind: 'role', id },
          details: {
            scope: REALM_SCOPE,
            role: name,
            description,
            permissions: [...PermissionCatalogue.ofRealm([]).namesOf(mask)],
          },
        },
        context,
        now,
      ),
    );
  }
}
