import type { EnsureAdministrator as Contract, RequestOf } from '#contracts';
import { AppError } from '#errors';
import { type Clock } from '#host';
import type { CallContext } from '#messaging';
import { v7 as uuidv7 } from 'uuid';
import { type BootstrapNotice } from '../domain/bootstrap-notice.js';
import { type PasswordHasher } from '../domain/password-hasher.js';
import { newUser } from '../domain/user.js';
import { USER_EXISTS, type UserStore } from '../domain/user-store.js';
import type { AdministratorSettings } from './administrator-settings.js';
import { type ChangeUser } from './change-user.js';
import { generatePassword } from './generate-password.js';
import { userEvent } from './user-event.js';

/** What came of it. */
export interface EnsuredAdministrator {
  readonly userId: string;
  readonly created: boolean;
}

/** Makes the first administrator. Idempotent: a user of that name is left as they are, password and all. */

export class EnsureAdministrator {
  constructor(
    private readonly changeUser: ChangeUser,
    private readonly store: UserStore,
    private readonly hasher: PasswordHasher,
    private readonly notice: BootstrapNotice,
    private readonly settings: AdministratorSettings,
    private readonly clock: Clock,
  ) {}

  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<EnsuredAdministrator> {
    const existing = await this.find(request.realmId);
    if (existing !== null) return existing;
    try {
      const userId = await this.create(request, context);
      await this.store.flush(context);
      return { userId, created: true };
    } catch (error) {
      if (!(error instanceof AppError) || error.reason !== USER_EXISTS) throw error;
      // Another replica was quicker.
      const made = await this.find(request.realmId);
      if (made === null) throw error;
      return made;
    }
  }

  private async find(realmId: string): Promise<EnsuredAdministrator | null> {
    const account = await this.store.findAccount(realmId, this.settings.adminUsername);
    return account === null ? null : { userId: account.user.id, created: false };
  }

  private async create({ realmId, realmName }: RequestOf<typeof Contract>, context: CallContext): Promise<string> {
    const { adminUsername: username, adminPassword: chosen } = this.settings;
    const password = chosen ?? generatePassword();
    const passwordHash = await this.hasher.hash(password);
    const id = uuidv7();
    await this.changeUser.execute({ realmId, userId: id }, context, async (transaction) => {
      const now = this.clock.now();
      const named = newUser({ id, realmId, realmName, clientId: null, username, enabled: true }, now);
      const user = { ...named, hasPassword: true };
      await transaction.addUser(user);
      const version = await transaction.nextVersion();
      await transaction.saveUser({ ...user, version });
      await transaction.setPassword({ realmId, userId: id }, passwordHash, now);
      await transaction.record(userEvent('user.created', user, { first_administrator: true }, context, now));
      // Before the commit: after it, a crash in between would leave an administrator whose password nobody knows. The row
      // is held by now, so of several replicas only one gets here.
      if (chosen === undefined) this.notice.passwordGenerated(username, password);
      return { version, user };
    });
    return id;
  }
}
