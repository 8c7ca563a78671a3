import { SnapshotReader } from '#cache';
import { DEFAULT_PASSWORD_POLICY, RealmSnapshot } from '#contracts';
import { AppError, fieldErrorAt } from '#errors';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { passwordProblem } from '../domain/password-rules.js';
import type { User } from '../domain/user.js';

/** Holds new passwords to the policy that the realm has now: it is part of the realm's snapshot, so a change counts at once. */
@Injectable()
export class PasswordRules {
  constructor(private readonly snapshots: SnapshotReader) {}

  /** @throws AppError `validation_failed` that says why, `not_found` for a realm that is gone, `unavailable`. */
  async check(user: User, realmName: string, password: string, context: CallContext): Promise<void> {
    const realm = await this.snapshots.read(RealmSnapshot, realmName, context);
    if (realm?.id !== user.realmId) throw new AppError('not_found', { detail: 'There is no such realm.' });
    const message = passwordProblem(password, realm.settings.passwordPolicy ?? DEFAULT_PASSWORD_POLICY, {
      ...user,
      realmName,
    });
    if (message === null) return;
    throw new AppError('validation_failed', {
      fields: [fieldErrorAt('/value', message)],
    });
  }
}
