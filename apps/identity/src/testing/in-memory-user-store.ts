import { requireCatalogued } from '#audit-trail';
import type { AuditEvent } from '#contracts';
import { AppError } from '#errors';
import { USER_EXISTS, UserStore, UserTransaction, type UserAddress, type UserState } from '../domain/user-store.js';
import type { Account, User } from '../domain/user.js';
import { usernameKey } from '../domain/username.js';

interface Removed extends UserAddress {
  readonly clientId: string | null;
  readonly version: number;
}

interface State {
  users: User[];
  removed: Removed[];
  readonly passwords: Map<string, string>;
  readonly events: AuditEvent[];
  version: number;
}

/** Keeps users in memory; transactions run one after the other. */
export class InMemoryUserStore extends UserStore {
  private state: State = { users: [], removed: [], passwords: new Map(), events: [], version: 0 };
  private tail: Promise<unknown> = Promise.resolve();

  /** Audit events of committed transactions. */
  get events(): readonly AuditEvent[] {
    return this.state.events;
  }

  transaction<T>(work: (transaction: UserTransaction) => Promise<T>): Promise<T> {
    const turn = this.tail.then(async () => {
      const draft: State = {
        users: [...this.state.users],
        removed: [...this.state.removed],
        passwords: new Map(this.state.passwords),
        events: [...this.state.events],
        version: this.state.version,
      };
      try {
        const result = await work(new InMemoryTransaction(draft));
        this.state = draft;
        return result;
      } finally {
        // A sequence does not go back.
        this.state.version = draft.version;
      }
    });
    this.tail = turn.catch(() => {});
    return turn;
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  findUser(address: UserAddress): Promise<User | null> {
    return Promise.resolve(userAt(this.state, address));
  }

  findServiceAccount(realmId: string, clientId: string): Promise<User | null> {
    return Promise.resolve(accountOf(this.state, realmId, clientId));
  }

  findRemovedServiceAccount(
    realmId: string,
    clientId: string,
  ): Promise<{ readonly userId: string; readonly version: number } | null> {
    const [latest] = this.state.removed
      .filter((one) => one.realmId === realmId && one.clientId === clientId)
      .sort((left, right) => right.version - left.version);
    return Promise.resolve(latest === undefined ? null : { userId: latest.userId, version: latest.version });
  }

  findAccount(realmId: string, username: string): Promise<Account | null> {
    if (username.includes('\0') || !username.isWellFormed()) return Promise.resolve(null);
    const key = usernameKey(username);
    const [user] = this.state.users
      .filter((one) => one.realmId === realmId && keyOf(one) === key)
      .sort((left, right) => Number(left.clientId !== null) - Number(right.clientId !== null));
    if (user === undefined) return Promise.resolve(null);
    return Promise.resolve({ user, passwordHash: this.state.passwords.get(user.id) ?? null });
  }

  readStates(addresses: readonly UserAddress[]): Promise<readonly UserState[]> {
    return Promise.resolve(addresses.map((address) => stateOf(this.state, address)));
  }

  nameRealm(realmId: string, realmName: string, after: string, limit: number): Promise<string | null> {
    const ids = this.state.users
      .filter((user) => user.realmId === realmId && user.id > after)
      .map(({ id }) => id)
      .sort()
      .slice(0, limit);
    this.state.users = this.state.users.map((user) => (ids.includes(user.id) ? { ...user, realmName } : user));
    return Promise.resolve(ids.length < limit ? null : (ids.at(-1) ?? null));
  }

  removeRealm(realmId: string, limit: number): Promise<boolean> {
    const users = this.state.users.filter((user) => user.realmId === realmId).slice(0, limit);
    for (const user of users) this.state.passwords.delete(user.id);
    this.state.users = this.state.users.filter((user) => !users.includes(user));
    const removed = this.state.removed.filter((one) => one.realmId === realmId).slice(0, limit);
    this.state.removed = this.state.removed.filter((one) => !removed.includes(one));
    return Promise.resolve(users.length === limit || removed.length === limit);
  }
}

class InMemoryTransaction extends UserTransaction {
  constructor(private readonly state: State) {
    super();
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

  saveUser(user: User): Promise<void> {
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
}

function keyOf(user: User): string {
  return user.clientId === null ? usernameKey(user.username) : user.username;
}

function collide(left: User, right: User): boolean {
  if (left.id === right.id) return true;
  if (left.realmId !== right.realmId) return false;
  if (left.clientId !== null) return left.clientId === right.clientId;
  return right.clientId === null && keyOf(left) === keyOf(right);
}

function userAt(state: State, { realmId, userId }: UserAddress): User | null {
  return state.users.find((user) => user.realmId === realmId && user.id === userId) ?? null;
}

function accountOf(state: State, realmId: string, clientId: string): User | null {
  return state.users.find((user) => user.realmId === realmId && user.clientId === clientId) ?? null;
}

function stateOf(state: State, address: UserAddress): UserState {
  const user = userAt(state, address);
  if (user !== null) return { version: user.version, user };
  const removed = state.removed.find((one) => one.realmId === address.realmId && one.userId === address.userId);
  return { version: removed?.version ?? 0, user: null };
}
