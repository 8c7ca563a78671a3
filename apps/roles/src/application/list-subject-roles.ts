import type { ListSubjectRoles as Contract, RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { RoleStore } from '../domain/role-store.js';
import { describeRoles, type DescribedRole } from './describe-roles.js';

/** Lists the roles that a subject holds, of the realm and of clients. Empty for a subject that nobody knows. */
@Injectable()
export class ListSubjectRoles {
  constructor(private readonly store: RoleStore) {}

  async execute(request: RequestOf<typeof Contract>): Promise<readonly DescribedRole[]> {
    return describeRoles(this.store, request.realmId, await this.store.rolesOf(request));
  }
}
