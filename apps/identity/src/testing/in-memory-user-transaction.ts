import { requireCatalogued } from '#audit-trail';
import type { AuditEvent, CallContract, RequestOf } from '#contracts';
import { AppError } from '#errors';
import { type KeptAnswer, keyTaken } from '#idempotency';
import { USER_EXISTS, type UserAddress, type UserState, UserTransaction } from '../domain/user-store.js';
import type { User } from '../domain/user.js';
import { accountOf, collide, type InMemoryUserState, stateOf, userAt } from './in-memory-user-state.js';

/** One transaction on a store in memory. */
export class InMemoryUserTransaction extends UserTransaction {
  constructor(private readonly state: InMemoryUserState) {
    super();
  }

  lockUser(address: UserAddress): Promise<User | null> {
    return Promise.resolve(userAt(this.state, address));
  }

  lockServiceAccounts(realmId: string, clientIds: readonly string[]): Promise<readonly User[]> {
    const found = clientIds.flatMap((clientId) => accountOf(this.state, realmId, clientId) ?? []);
    return Promise.resolve(found.sort((left, right) => (left.id < right.id ? -1 : 1)));
  }

  lockServiceAccount(realmId: string, clientId: string): Promise<User | null> {
    return Promise.resolve(accountOf(this.state, realmId, clientId));
  }

  stateOf(address: UserAddress): Promise<UserState> {
    return Promise.resolve(stateOf(this.state, address));
  }

  addUser(user: User): Promise<void> {
    if (this.state.users.some((other) => collide(other, user))) {
      return Promise.reject(new AppError('conflict', { reason: USER_EXISTS }));
    }
    this.state.users.push(user);
    this.state.removed = this.state.removed.filter((one) => one.realmId !== user.realmId || one.userId !== user.id);
    return Promise.resolve();
  }

  async addUsers(users: readonly User[]): Promise<readonly User[]> {
    const added: User[] = [];
    for (const user of users) {
      await this.addUser(user);
      added.push({ ...user, version: await this.nextVersion() });
    }
    for (const user of added) await this.saveUser(user);
    return added;
  }

  saveUser(user: User): Promise<void> {
    if (this.state.users.some((other) => other.id !== user.id && collide(other, user))) {
      return Promise.reject(new AppError('conflict', { reason: USER_EXISTS }));
    }
    this.state.users = this.state.users.map((one) => (one.id === user.id && one.realmId === user.realmId ? user : one));
    return Promise.resolve();
  }

  removeUser({ id, realmId, clientId }: User, version: number): Promise<void> {
    this.state.users = this.state.users.filter((one) => one.id !== id || one.realmId !== realmId);
    this.state.passwords.delete(id);
    this.state.removed.push({ realmId, userId: id, clientId, version });
    return Promise.resolve();
  }

  setPassword({ userId }: UserAddress, passwordHash: string): Promise<void> {
    this.state.passwords.set(userId, passwordHash);
    return Promise.resolve();
  }

  nextVersion(): Promise<number> {
    this.state.version += 1;
    return Promise.resolve(this.state.version);
  }

  record(event: AuditEvent): Promise<void> {
    requireCatalogued(event);
    this.state.events.push(event);
    return Promise.resolve();
  }

  async recordAll(events: readonly AuditEvent[]): Promise<void> {
    for (const event of events) await this.record(event);
  }

  call<C extends CallContract>(contract: C, request: RequestOf<C>): Promise<void> {
    this.state.calls.push({ contract, request });
    return Promise.resolve();
  }

  keepAnswer(answer: KeptAnswer, since: Date): Promise<void> {
    const key = answer.keyHash.toString('hex');
    const present = this.state.answers.get(key);
    if (present !== undefined && present.createdAt >= since) return Promise.reject(keyTaken());
    this.state.answers.set(key, answer);
    return Promise.resolve();
  }
}
