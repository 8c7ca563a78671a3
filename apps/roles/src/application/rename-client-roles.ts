import { REALM_SCOPE, type RenameClientRoles as Contract, type RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { ChangeScopes } from './change-scopes.js';

/** Follows a client's `client_id`, which is the audience of its permissions. Idempotent; the newest version of the client counts. */
@Injectable()
export class RenameClientRoles {
  constructor(private readonly changeScopes: ChangeScopes) {}

  async execute(request: RequestOf<typeof Contract>): Promise<void> {
    const { realmId, realmName, clientId, clientIdentifier: audience, clientVersion: audienceVersion } = request;
    await this.changeScopes.execute(
      realmId,
      [clientId],
      async (transaction, scope) => {
        if (scope.removed || scope.audienceVersion >= audienceVersion) return null;
        const realm = await transaction.lockScope({ realmId, scope: REALM_SCOPE }, 'use');
        // A call that comes after the realm has been removed makes nothing in it.
        if (realm === null || realm.removed) return { ...scope, removed: true };
        return { ...scope, audience, audienceVersion };
      },
      // Made also when there are no roles yet: whoever makes the first may still know the client by its former name.
      ({ scope }) => ({ realmId, scope, realmName, audience, audienceVersion: 0, version: 0, removed: false }),
    );
  }
}
