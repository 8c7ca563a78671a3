import { REALM_SCOPE, type ListRoles as Contract, type RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { RoleStore } from '../domain/role-store.js';
import { describeRoles, type DescribedRole } from './describe-roles.js';

/** A page of described roles. */
export interface DescribedRolePage {
  readonly roles: readonly DescribedRole[];
  readonly nextCursor: string | null;
  readonly total: number;
}

/** Lists the realm's own roles, or a client's. */
@Injectable()
export class ListRoles {
  constructor(private readonly store: RoleStore) {}

  async execute({ realmId, clientId, page, ...query }: RequestOf<typeof Contract>): Promise<DescribedRolePage> {
    const found = await this.store.listRoles({ realmId, scope: clientId ?? REALM_SCOPE }, page, query);
    return { ...found, roles: await describeRoles(this.store, realmId, found.roles) };
  }
}
