import type { CreatePermission as Contract, Permission, RequestOf } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { checkPermissionName, chooseBit } from '../domain/catalogue-policy.js';
import { requireManagesApi } from '../domain/grant-policy.js';
import { AdministerScope } from './administer-scope.js';
import { administrationEvent } from './administration-event.js';

/** Adds a permission to the catalogue of a realm or client. */
@Injectable()
export class CreatePermission {
  constructor(
    private readonly administer: AdministerScope,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `forbidden`, `validation_failed` or `conflict` for the name, `conflict` for a full catalogue. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<Permission> {
    const { actor, client, name, description } = request;
    const clientId = client?.id ?? null;
    requireManagesApi(actor, clientId);
    const target = { ...request, clientId, ...(client === null ? {} : { clientIdentifier: client.clientId }) };
    return this.administer.execute(target, context, async (transaction, { scope, permissions }) => {
      checkPermissionName(name, permissions);
      const now = this.clock.now();
      const bit = chooseBit(scope.scope, permissions, await transaction.retiredBits(scope), now);
      await transaction.addPermission(scope, { bit, name, description });
      const details = { permission: name, bit, description };
      await transaction.record(
        administrationEvent({ type: 'permission.created', actor, scope, targetId: name, details }, context, now),
      );
      return { result: { bit, name, description, builtIn: false, reserved: false }, changed: true };
    });
  }
}
