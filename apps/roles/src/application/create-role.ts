import type { CreateRole as Contract, ReplyOf, RequestOf, Role as RoleReply } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import { IdempotentCreation, namedCreation } from '#idempotency';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { requireMayGrant } from '../domain/grant-policy.js';
import { MAX_ROLES_PER_SCOPE, strictMask } from '../domain/role-policy.js';
import type { Role } from '../domain/role.js';
import { AdministerScope } from './administer-scope.js';
import { administrationEvent } from './administration-event.js';
import { roleReply } from './role-reply.js';

/** Creates a role of a realm or client. */
@Injectable()
export class CreateRole {
  constructor(
    private readonly administer: AdministerScope,
    private readonly idempotent: IdempotentCreation,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `validation_failed` for unknown permissions, `forbidden`, `conflict` for the name or too many roles. */
  execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<ReplyOf<typeof Contract>> {
    const { actor, realmId, client, name, description } = request;
    const clientId = client?.id ?? null;
    const target = { ...request, clientId, ...(client === null ? {} : { clientIdentifier: client.clientId }) };
    const named = namedCreation(`role/${clientId ?? ''}`, request);
    return this.idempotent.answer<RoleReply>(named, (keep) =>
      this.administer.execute(target, context, async (transaction, { scope, roles, catalogue, ownOfRealm }) => {
        const mask = strictMask(catalogue, request.permissions);
        requireMayGrant(actor, { clientId, mask }, ownOfRealm);
        requireFreeName(name, roles);
        if (roles.length >= MAX_ROLES_PER_SCOPE) {
          throw new AppError('conflict', {
            detail: `There are ${MAX_ROLES_PER_SCOPE} roles here already, and room for no more.`,
            reason: 'too_many_roles',
          });
        }
        const now = this.clock.now();
        const version = await transaction.nextVersion();
        const facts = { id: uuidv7(), realmId, clientId, name, description, mask };
        const role: Role = { ...facts, version, createdAt: now, updatedAt: now };
        await transaction.addRole(role);
        const permissionNames = catalogue.namesOf(mask);
        const details = { role: name, description, permissions: [...permissionNames] };
        await transaction.record(
          administrationEvent({ type: 'role.created', actor, scope, targetId: role.id, details }, context, now),
        );
        const result = roleReply({ ...role, permissionNames });
        await keep(transaction, realmId, result);
        return { result, changed: true };
      }),
    );
  }
}

/** @throws AppError `conflict` when a role has that name already. */
export function requireFreeName(name: string, roles: readonly Role[]): void {
  if (!roles.some((role) => role.name === name)) return;
  throw new AppError('conflict', { detail: 'There is a role of this name already.', reason: 'name_taken' });
}
