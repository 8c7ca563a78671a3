import {
  MAX_CONFIGURED_ASSIGNMENTS,
  REALM_SCOPE,
  type ConfiguredPermission,
  type ConfiguredRole,
  type ExportRoleConfiguration as Contract,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { AppError } from '#errors';
import { Injectable } from '@nestjs/common';
import type { OwnPermission } from '../domain/permission-catalogue.js';
import { RoleStore } from '../domain/role-store.js';
import { BUILT_IN_ROLES, type Role } from '../domain/role.js';
import { catalogueOf } from '../domain/snapshot-state.js';

/** How many scopes of a realm are written: more clients a configuration cannot have. */
const MAX_SCOPES = 20_000;

/** Writes a realm's roles, catalogues and assignments as a configuration says them. */
@Injectable()
export class ExportRoleConfiguration {
  constructor(private readonly store: RoleStore) {}

  /** @throws AppError `conflict` when more subjects hold roles than a configuration can say. */
  async execute({ realmId }: RequestOf<typeof Contract>): Promise<ReplyOf<typeof Contract>> {
    const scopes = await this.store.liveScopes(realmId, MAX_SCOPES);
    const states = await this.store.readScopes(scopes.map((scope) => ({ realmId, scope })));
    const holders = await this.store.holdersOf(realmId, null, MAX_CONFIGURED_ASSIGNMENTS + 1);
    if (holders.length > MAX_CONFIGURED_ASSIGNMENTS) {
      throw new AppError('conflict', {
        detail: `More than ${MAX_CONFIGURED_ASSIGNMENTS} users and service accounts hold roles: one configuration cannot say it.`,
        reason: 'too_many_assignments',
      });
    }
    const held = await this.store.readSubjects(holders.map((subjectId) => ({ realmId, subjectId })));
    return {
      scopes: states.flatMap((state) => {
        if (state === null || state.scope.removed) return [];
        const { scope } = state.scope;
        const catalogue = catalogueOf(scope, state.permissions);
        const roles = state.roles
          .filter((role) => scope !== REALM_SCOPE || !isAsItCame(role))
          .map((role) => configuredRole(role, catalogue.namesOf(role.mask)));
        const permissions = state.permissions.map(configuredPermission);
        return [{ clientId: clientIdOf(scope), permissions, roles }];
      }),
      assignments: holders.map((subjectId, index) => ({
        subjectId,
        roles: (held[index]?.roles ?? []).map(({ scope, roleName }) => ({
          clientId: clientIdOf(scope),
          name: roleName,
        })),
      })),
    };
  }
}

function isAsItCame({ name, description, mask }: Role): boolean {
  const builtIn = BUILT_IN_ROLES.find((role) => role.name === name);
  return builtIn?.mask === mask && builtIn.description === description;
}

function configuredRole({ name, description }: Role, permissions: string[]): ConfiguredRole {
  return { name, ...(description === null ? {} : { description }), permissions };
}

function configuredPermission({ name, description }: OwnPermission): ConfiguredPermission {
  return { name, ...(description === null ? {} : { description }) };
}

function clientIdOf(scope: string): string | null {
  return scope === REALM_SCOPE ? null : scope;
}
