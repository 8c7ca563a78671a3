import { SnapshotReader } from '#cache';
import type { PreviewRoleChange as Contract, ReplyOf, RequestOf } from '#contracts';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { without } from '../domain/mask.js';
import { strictMask } from '../domain/role-policy.js';
import { RoleStore } from '../domain/role-store.js';
import { scopeOf } from '../domain/role.js';
import { catalogueOf } from '../domain/snapshot-state.js';
import { nameSubjects } from './known-subjects.js';
import { requireRole } from './present-role.js';

/** Tells what would come of other permissions of a role, and changes nothing. */
@Injectable()
export class PreviewRoleChange {
  constructor(
    private readonly store: RoleStore,
    private readonly snapshots: SnapshotReader,
  ) {}

  /** @throws AppError `not_found`, `validation_failed` for permissions that the catalogue does not have. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<ReplyOf<typeof Contract>> {
    const { realmId, roleId, page } = request;
    const role = await requireRole(this.store, realmId, roleId);
    const scope = scopeOf(role);
    const [state] = await this.store.readScopes([{ realmId, scope }]);
    const catalogue = catalogueOf(scope, state?.permissions ?? []);
    const mask = strictMask(catalogue, request.permissions);
    const [affected, holders] = await Promise.all([
      this.store.listAffected(role, mask, page),
      this.store.listHolders(realmId, roleId, { limit: 1, cursor: null }),
    ]);
    const named = await nameSubjects(this.snapshots, realmId, affected.items, context);
    return {
      added: catalogue.namesOf(without(mask, role.mask)),
      removed: catalogue.namesOf(without(role.mask, mask)),
      audience: state?.scope.audience ?? '',
      holders: holders.total,
      affected: {
        ...affected,
        items: named.map(({ subjectId, username, clientId, others }) => ({
          ...{ subjectId, username, clientId },
          gains: catalogue.namesOf(without(mask, others | role.mask)),
          loses: catalogue.namesOf(without(role.mask, others | mask)),
        })),
      },
    };
  }
}
