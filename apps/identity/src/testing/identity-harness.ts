import { SnapshotWriter, type PublishedSnapshot, type SnapshotTarget } from '#cache';
import { FrozenClock } from '#host';
import { newCallContext } from '#messaging';
import { v7 as uuidv7 } from 'uuid';
import { ChangeUser } from '../application/change-user.js';
import { EnsureAdministrator, type EnsuredAdministrator } from '../application/ensure-administrator.js';
import { EnsureServiceAccount } from '../application/ensure-service-account.js';
import { LoadUsers } from '../application/load-users.js';
import { RemoveRealmUsers } from '../application/remove-realm-users.js';
import { RemoveServiceAccount } from '../application/remove-service-account.js';
import { VerifyPassword } from '../application/verify-password.js';
import { BootstrapNotice } from '../domain/bootstrap-notice.js';
import { BoundedWork } from '../domain/bounded-work.js';
import { PasswordHasher } from '../domain/password-hasher.js';
import { SignInLimits } from '../domain/sign-in-limits.js';
import { PasswordObserver } from '../domain/password-observer.js';
import type { PasswordVerdict } from '../domain/password-verdict.js';
import type { UserStore } from '../domain/user-store.js';

/** Remembers what was fenced and published; fences nothing. */
export class RecordingSnapshotWriter extends SnapshotWriter {
  readonly fenced: SnapshotTarget[] = [];
  readonly published: PublishedSnapshot[] = [];

  async change<T>(
    targets: readonly SnapshotTarget[],
    change: () => Promise<{ readonly result: T; readonly snapshots: readonly PublishedSnapshot[] }>,
  ): Promise<T> {
    this.fenced.push(...targets);
    const { result, snapshots } = await change();
    this.published.push(...snapshots);
    return result;
  }
}

/** Hashes nothing, but counts the work. */
export class CountingHasher extends PasswordHasher {
  compared: (string | null)[] = [];

  hash(password: string): Promise<string> {
    return Promise.resolve(`$argon2id$${password}`);
  }

  verify(hash: string | null, password: string): Promise<boolean> {
    this.compared.push(hash);
    return Promise.resolve(hash === `$argon2id$${password}`);
  }
}

/** Remembers what was told. */
export class RecordingNotice extends BootstrapNotice {
  readonly told: { readonly username: string; readonly password: string }[] = [];
  failure: Error | null = null;

  passwordGenerated(username: string, password: string): void {
    if (this.failure !== null) throw this.failure;
    this.told.push({ username, password });
  }
}

/** Remembers what was observed. */
export class RecordingObserver extends PasswordObserver {
  readonly seen: string[] = [];

  checked(verdict: PasswordVerdict): void {
    this.seen.push(verdict.outcome === 'verified' ? 'verified' : verdict.reason);
  }

  shed(): void {
    this.seen.push('shed');
  }

  slowed(): void {
    this.seen.push('slowed');
  }
}

/** Every use case over one store, with doubles around. */
export class IdentityHarness {
  readonly clock = new FrozenClock(new Date('2026-01-02T03:04:05.678Z'));
  readonly snapshots = new RecordingSnapshotWriter();
  readonly hasher = new CountingHasher();
  readonly notice = new RecordingNotice();
  readonly observer = new RecordingObserver();
  readonly limits = new SignInLimits(
    { freeFailures: 3, longestWaitMs: 8_000 },
    { freeFailures: 5, longestWaitMs: 2_000 },
  );
  readonly hashing = new BoundedWork({ maxRunning: 1, maxWaiting: 1 });
  readonly context = newCallContext({ deadlineMs: 5_000 });
  readonly realm = { realmId: uuidv7(), realmName: 'acme' };
  readonly ensureServiceAccount: EnsureServiceAccount;
  readonly removeServiceAccount: RemoveServiceAccount;
  readonly removeRealmUsers: RemoveRealmUsers;
  readonly verifyPassword: VerifyPassword;
  readonly loadUsers: LoadUsers;
  private readonly changeUser: ChangeUser;

  constructor(readonly store: UserStore) {
    this.changeUser = new ChangeUser(store, this.snapshots);
    this.ensureServiceAccount = new EnsureServiceAccount(this.changeUser, store, this.clock);
    this.removeServiceAccount = new RemoveServiceAccount(this.changeUser, store, this.clock);
    this.removeRealmUsers = new RemoveRealmUsers(store);
    this.verifyPassword = new VerifyPassword(store, this.hasher, this.hashing, this.limits, this.observer, this.clock);
    this.loadUsers = new LoadUsers(store);
  }

  ensureAdministrator(adminPassword?: string, adminUsername = 'admin'): Promise<EnsuredAdministrator> {
    const settings = { adminUsername, adminPassword };
    return new EnsureAdministrator(this.changeUser, this.store, this.hasher, this.notice, settings, this.clock).execute(
      this.realm,
      this.context,
    );
  }

  async ensureAccount(facts: {
    readonly clientId: string;
    readonly userId?: string;
    readonly clientIdentifier?: string;
    readonly enabled?: boolean;
  }): Promise<string> {
    const { userId } = await this.ensureServiceAccount.execute(
      { ...this.realm, userId: uuidv7(), clientIdentifier: 'billing', enabled: true, ...facts },
      this.context,
    );
    return userId;
  }

  removeAccount(clientId: string): Promise<void> {
    return this.removeServiceAccount.execute({ realmId: this.realm.realmId, clientId }, this.context);
  }

  verify(username: string, password: string): Promise<PasswordVerdict> {
    return this.verifyPassword.execute({ realmId: this.realm.realmId, username, password }, this.context);
  }
}
