import type { ReadRole as Contract, RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { RoleStore } from '../domain/role-store.js';
import { describeRoles, type DescribedRole } from './describe-roles.js';
import { requireRole } from './present-role.js';

/** Reads one role. */
@Injectable()
export class ReadRole {
  constructor(private readonly store: RoleStore) {}

  /** @throws AppError `not_found`. */
  async execute({ realmId, id }: RequestOf<typeof Contract>): Promise<DescribedRole> {
    const role = await requireRole(this.store, realmId, id);
    const [described] = await describeRoles(this.store, realmId, [role]);
    return described ?? { ...role, permissionNames: [] };
  }
}
