import { SnapshotReader } from '#cache';
import type {
  Actor,
  CallContract,
  PasswordPolicy,
  ReplyOf,
  RequestOf,
  SnapshotContract,
  SnapshotOf,
  User as UserReply,
  UserChanges,
} from '#contracts';
import { GuardAccount, WithdrawAdministrator } from '#contracts';
import { AppError } from '#errors';
import { IdempotentCreation } from '#idempotency';
import { MessageClient } from '#messaging';
import { v7 as uuidv7 } from 'uuid';
import { AccountAuthority } from '../application/account-authority.js';
import { ChangeUser } from '../application/change-user.js';
import { CreateUser } from '../application/create-user.js';
import { DeleteUser } from '../application/delete-user.js';
import { PasswordRules } from '../application/password-rules.js';
import { ResetPassword } from '../application/reset-password.js';
import { UpdateUser } from '../application/update-user.js';
import type { User } from '../domain/user.js';
import { IdentityHarness } from './identity-harness.js';
import type { InMemoryUserStore } from './in-memory-user-store.js';

/** The role service, as far as identity asks it: refuses what a test names. */
export class FakeRoles extends MessageClient {
  readonly asked: { readonly subject: string; readonly request: unknown }[] = [];
  readonly refusals = new Map<string, AppError>();

  call<C extends CallContract>(contract: C, request: RequestOf<C>): Promise<ReplyOf<C>> {
    this.asked.push({ subject: contract.subject, request });
    const refusal = this.refusals.get(contract.subject);
    return refusal === undefined ? Promise.resolve({} as ReplyOf<C>) : Promise.reject(refusal);
  }

  /** Lets nobody into accounts, as for those who hold less. */
  refuseAccounts(): void {
    this.refusals.set(GuardAccount.subject, new AppError('forbidden', { reason: 'exceeds_actor' }));
  }

  /** As for the last administrator. */
  keepAdministrators(): void {
    this.refusals.set(WithdrawAdministrator.subject, new AppError('conflict', { reason: 'last_administrator' }));
  }

  countOf({ subject }: CallContract): number {
    return this.asked.filter((one) => one.subject === subject).length;
  }
}

/** Knows one realm. */
class OneRealm extends SnapshotReader {
  constructor(private readonly harness: PeopleHarness) {
    super();
  }

  read<S extends SnapshotContract>(_contract: S, key: string): Promise<SnapshotOf<S> | null> {
    const { realm, policy } = this.harness;
    const settings = policy === null ? {} : { passwordPolicy: policy };
    const value = key === realm.realmName ? { id: realm.realmId, name: key, enabled: true, settings } : null;
    return Promise.resolve(value as SnapshotOf<S> | null);
  }
}

/** The administration of people over a store in memory. */
export class PeopleHarness extends IdentityHarness {
  readonly roles = new FakeRoles();
  policy: PasswordPolicy | null = null;
  private readonly createUser: CreateUser;
  private readonly updateUser: UpdateUser;
  private readonly deleteUser: DeleteUser;
  private readonly resetPassword: ResetPassword;

  constructor(override readonly store: InMemoryUserStore) {
    super(store);
    const authority = new AccountAuthority(store, this.roles);
    const changeUser = new ChangeUser(store, this.snapshots);
    const { clock, hasher, hashing } = this;
    this.createUser = new CreateUser(changeUser, store, new IdempotentCreation(store.answers, clock), clock);
    this.updateUser = new UpdateUser(authority, changeUser, store, clock);
    this.deleteUser = new DeleteUser(authority, changeUser, store, clock);
    const rules = new PasswordRules(new OneRealm(this));
    this.resetPassword = new ResetPassword(authority, rules, hasher, hashing, changeUser, store, clock);
  }

  create(
    facts: Partial<RequestOf<typeof import('#contracts').CreateUser>> = {},
  ): Promise<UserReply & { readonly replayed?: boolean | undefined }> {
    const person = { username: `user-${uuidv7()}`, email: null, emailVerified: false, firstname: null, lastname: null };
    const request = { ...this.base, idempotencyKey: null, ...person, enabled: true, ...facts };
    return this.createUser.execute(request, this.context);
  }

  update(id: string, changes: UserChanges, ifVersion: number | null = null): Promise<User> {
    return this.updateUser.execute({ ...this.base, id, ifVersion, changes }, this.context);
  }

  delete(id: string, ifVersion: number | null = null): Promise<void> {
    return this.deleteUser.execute({ ...this.base, id, ifVersion }, this.context);
  }

  reset(id: string, password: string, temporary = false): Promise<void> {
    return this.resetPassword.execute({ ...this.base, id, password, temporary }, this.context);
  }

  private get base() {
    return { ...this.realm, actor: ADMINISTRATOR };
  }
}

/** Who administers. */
export const ADMINISTRATOR: Actor = {
  kind: 'user',
  id: '01890000-0000-7000-8000-0000000000aa',
  clientId: 'admin-cli',
  realm: 'master',
  permissions: ['manage_users'],
  peer: { ip: '192.0.2.1', userAgent: 'test' },
};
