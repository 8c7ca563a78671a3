import type { CheckClientRoles as Contract, RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { RoleStore } from '../domain/role-store.js';

/** Answers when a client's roles can be reached: whoever is about to delete or rename the client waits for that. */
@Injectable()
export class CheckClientRoles {
  constructor(private readonly store: RoleStore) {}

  /** @throws AppError `unavailable`. */
  async execute({ realmId, clientId }: RequestOf<typeof Contract>): Promise<void> {
    await this.store.readScopes([{ realmId, scope: clientId }]);
  }
}
