import type { CreatePermission as Contract, Permission, ReplyOf, RequestOf } from '#contracts';
import { Clock } from '#host';
import { IdempotentCreation, namedCreation } from '#idempotency';
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
    private readonly idempotent: IdempotentCreation,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `forbidden`, `validation_failed` or `conflict` for the name, `conflict` for a full catalogue. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<ReplyOf<typeof Contract>> {
    const { actor, client, name, description } = request;
    const clientId = client?.id ?? null;
    requireManagesApi(actor, clientId);
    const target = { ...request, clientId, ...(client === null ? {} : { clientIdentifier: client.clientId }) };
    const named = namedCreation(`permission/${clientId ?? ''}`, request);
    return this.idempotent.answer<Permission>(named, (keep) =>
      this.administer.execute(target, context, async (transaction, { scope, permissions }) => {
        checkPermissionName(name, permissions);
        const now = this.clock.now();
        const bit = chooseBit(scope.scope, permissions, await transaction.retiredBits(scope), now);
        const version = await transaction.nextVersion();
        await transaction.addPermission(scope, { bit, name, description, version });
        const details = { permission: name, bit, description };
        await transaction.record(
          administrationEvent({ type: 'permission.created', actor, scope, targetId: name, details }, context, now),
        );
        const result = { bit, name, description, builtIn: false, reserved: false, version };
        await keep(transaction, request.realmId, result);
        return { result, changed: true };
      }),
    );
  }
}
