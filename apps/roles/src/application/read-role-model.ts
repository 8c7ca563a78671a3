import { REALM_SCOPE, type WantedScope, type WantedSubject } from '#contracts';
import { AppError } from '#errors';
import { Injectable } from '@nestjs/common';
import type { StoredScope } from '../domain/configured-scope.js';
import { scopeKeyOf, type RoleModel } from '../domain/role-plan.js';
import { RoleStore, type SubjectState } from '../domain/role-store.js';

/** A client whose roles are spoken of, or null for the realm. */
type ScopeReference = WantedScope['client'];

const NOTHING = { roles: [], permissions: [] };

/** Reads what is stored of all that a configuration speaks of: some statements, however much it is. */
@Injectable()
export class ReadRoleModel {
  constructor(private readonly store: RoleStore) {}

  /** @throws AppError `not_found` for a realm that is removed or has nothing here, `conflict` while a client of it is being deleted. */
  async execute(
    realmId: string,
    wanted: { readonly scopes: readonly WantedScope[]; readonly subjects: readonly WantedSubject[] },
    besides: readonly string[],
  ): Promise<RoleModel> {
    const ids = [...wanted.subjects.map(({ id }) => id), ...besides];
    const subjects = await this.subjects(realmId, ids);
    const references = new Map<string, ScopeReference>([[REALM_SCOPE, null]]);
    const spokenOf = [
      ...wanted.scopes.map(({ client }) => client),
      ...wanted.subjects.flatMap(({ roles }) => roles.map(({ client }) => client)),
    ];
    for (const client of spokenOf) references.set(scopeKeyOf(client), client);
    for (const { roles } of subjects.values()) {
      for (const { scope } of roles) if (!references.has(scope)) references.set(scope, { id: scope, clientId: '' });
    }
    return { scopes: await this.scopes(realmId, references), subjects };
  }

  /** What subjects hold. */
  async subjects(realmId: string, subjectIds: readonly string[]): Promise<ReadonlyMap<string, SubjectState>> {
    const ids = [...new Set(subjectIds)];
    const states = await this.store.readSubjects(ids.map((subjectId) => ({ realmId, subjectId })));
    return new Map(ids.map((id, index) => [id, states[index] ?? { version: 0, roles: [] }]));
  }

  private async scopes(
    realmId: string,
    references: ReadonlyMap<string, ScopeReference>,
  ): Promise<ReadonlyMap<string, StoredScope>> {
    const addresses = [...references.keys()].map((scope) => ({ realmId, scope }));
    const states = await this.store.readScopes(addresses);
    const retired = await this.store.retiredIn(addresses);
    return new Map(
      [...references].map(([key, client], index): [string, StoredScope] => {
        const state = states[index] ?? null;
        // Nothing is ever made again where something was removed.
        if (state?.scope.removed === true || (client === null && state === null))
          throw gone(client, state?.scope.audience ?? null);
        const label = client === null ? null : client.clientId === '' ? (state?.scope.audience ?? '') : client.clientId;
        return [
          key,
          {
            ...{ key, label, clientId: client?.id ?? null, scope: state?.scope ?? null },
            contents: state === null ? NOTHING : { roles: state.roles, permissions: state.permissions },
            retired: retired[index] ?? [],
          },
        ];
      }),
    );
  }
}

/** That somebody else deletes a client meanwhile is a conflict: what was asked for, the realm, is there. */
function gone(client: ScopeReference, audience: string | null): AppError {
  if (client === null) {
    return new AppError('not_found', { detail: 'There is no such realm.', reason: 'unknown_realm_scope' });
  }
  const name = client.clientId === '' ? audience : client.clientId;
  return new AppError('conflict', {
    detail: `${name === null ? 'A client' : `The client ${name}`} is being deleted.`,
    reason: 'client_being_deleted',
  });
}
