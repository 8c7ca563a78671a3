import { REALM_SCOPE, type ExplainedPermission, type ExplainSubject as Contract, type RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { maskOf } from '../domain/mask.js';
import { RoleStore } from '../domain/role-store.js';
import { scopeOf, type Role } from '../domain/role.js';
import { catalogueOf } from '../domain/snapshot-state.js';

/** Tells what a subject effectively holds, and which of its roles give it: the realm's first, then client by client. */
@Injectable()
export class ExplainSubject {
  constructor(private readonly store: RoleStore) {}

  async execute({ realmId, subjectId }: RequestOf<typeof Contract>): Promise<readonly ExplainedPermission[]> {
    const held = await this.store.rolesOf({ realmId, subjectId });
    const scopes = [...new Set(held.map(scopeOf))];
    const states = scopes.length === 0 ? [] : await this.store.readScopes(scopes.map((scope) => ({ realmId, scope })));
    return states
      .flatMap((state) => (state === null || state.scope.removed ? [] : [state]))
      .sort((left, right) => Number(right.scope.scope === REALM_SCOPE) - Number(left.scope.scope === REALM_SCOPE))
      .flatMap(({ scope: { scope, audience }, permissions }) => {
        const roles = held.filter((role) => scopeOf(role) === scope);
        return catalogueOf(scope, permissions).permissions.flatMap(({ bit, name, description, builtIn }) => {
          const giving = givers(roles, bit);
          if (giving.length === 0) return [];
          const clientId = scope === REALM_SCOPE ? null : scope;
          return [{ name, description, builtIn, clientId, audience, roles: giving }];
        });
      });
  }
}

function givers(roles: readonly Role[], bit: number): { id: string; name: string }[] {
  const mask = maskOf([bit]);
  return roles.filter((role) => (role.mask & mask) !== 0n).map(({ id, name }) => ({ id, name }));
}
