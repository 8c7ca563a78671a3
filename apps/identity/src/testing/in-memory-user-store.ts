import type { AuditEvent } from '#contracts';
import { encodeCursor, searchTextOf, textSearchOf } from '#database';
import { type KeptAnswer, KeptAnswers } from '#idempotency';
import {
  type UserAddress,
  type UserPage,
  type UserQuery,
  type UserState,
  UserStore,
  type UserTransaction,
} from '../domain/user-store.js';
import type { Account, User } from '../domain/user.js';
import { usernameKey } from '../domain/username.js';
import { positionOf } from '../infrastructure/persistence/list-users.js';
import { accountOf, type InMemoryUserState, keyOf, stateOf, userAt } from './in-memory-user-state.js';
import { InMemoryUserTransaction } from './in-memory-user-transaction.js';

/** Keeps users in memory; transactions run one after the other. */
export class InMemoryUserStore extends UserStore {
  private state: InMemoryUserState = {
    ...{ users: [], removed: [], passwords: new Map(), events: [], version: 0 },
    ...{ calls: [], answers: new Map() },
  };
  private tail: Promise<unknown> = Promise.resolve();

  /** Audit events of committed transactions. */
  get events(): readonly AuditEvent[] {
    return this.state.events;
  }

  /** Calls that committed transactions left for other services. */
  get calls(): InMemoryUserState['calls'] {
    return this.state.calls;
  }

  /** The answers that committed transactions kept. */
  readonly answers: KeptAnswers = new InMemoryAnswers(() => this.state.answers);

  transaction<T>(work: (transaction: UserTransaction) => Promise<T>): Promise<T> {
    const turn = this.tail.then(async () => {
      const draft: InMemoryUserState = {
        users: [...this.state.users],
        removed: [...this.state.removed],
        passwords: new Map(this.state.passwords),
        events: [...this.state.events],
        calls: [...this.state.calls],
        answers: new Map(this.state.answers),
        version: this.state.version,
      };
      try {
        const result = await work(new InMemoryUserTransaction(draft));
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

  async list(realmId: string, query: UserQuery): Promise<UserPage> {
    return Promise.resolve(listOf(this.state, realmId, query));
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

  async serviceAccountIds(realmId: string, clientIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const accounts = clientIds.map((clientId) => [clientId, accountOf(this.state, realmId, clientId)?.id] as const);
    return new Map(accounts.flatMap(([clientId, id]) => (id === undefined ? [] : [[clientId, id]])));
  }

  async findByUsernames(realmId: string, usernames: readonly string[]): Promise<readonly (User | null)[]> {
    const accounts = await Promise.all(usernames.map((username) => this.findAccount(realmId, username)));
    return accounts.map((account) => account?.user ?? null);
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
    const answers = [...this.state.answers].filter(([, one]) => one.realmId === realmId).slice(0, limit);
    for (const [key] of answers) this.state.answers.delete(key);
    return Promise.resolve([users, removed, answers].some(({ length }) => length === limit));
  }
}

class InMemoryAnswers extends KeptAnswers {
  constructor(private readonly answers: () => Map<string, KeptAnswer>) {
    super();
  }

  find(keyHash: Buffer, since: Date): Promise<KeptAnswer | null> {
    const kept = this.answers().get(keyHash.toString('hex'));
    return Promise.resolve(kept !== undefined && kept.createdAt >= since ? kept : null);
  }

  forget(before: Date): Promise<void> {
    for (const [key, { createdAt }] of this.answers()) if (createdAt < before) this.answers().delete(key);
    return Promise.resolve();
  }
}

function listOf(state: InMemoryUserState, realmId: string, query: UserQuery): UserPage {
  const { page, sort, search, filter } = query;
  const after = positionOf(query);
  const wanted = search === null ? undefined : textSearchOf(realmId, search);
  const isFound = (...texts: readonly (string | null)[]): boolean =>
    wanted === undefined || (wanted !== null && searchTextOf(...texts).includes(wanted.text));
  const { username, email, enabled, serviceAccount } = filter;
  const matching = state.users
    .filter((user) => user.realmId === realmId)
    .filter((user) => username === undefined || [usernameKey(username), username].includes(keyOf(user)))
    .filter((user) => email === undefined || user.email?.toLowerCase() === email.toLowerCase())
    .filter((user) => enabled === undefined || user.enabled === enabled)
    .filter((user) => serviceAccount === undefined || (user.clientId !== null) === serviceAccount)
    .filter((user) =>
      isFound(user.username, user.email, [user.firstname, user.lastname].filter((one) => one !== null).join(' ')),
    );
  const valueOf = (user: User): string => (sort.endsWith('username') ? keyOf(user) : user.createdAt.toISOString());
  const direction = sort.startsWith('-') ? -1 : 1;
  const compare = (left: readonly [string, string], right: readonly [string, string]): number =>
    direction * (ascending(left[0], right[0]) || ascending(left[1], right[1]));
  const ordered = matching.sort((a, b) => compare([valueOf(a), a.id], [valueOf(b), b.id]));
  const rest = ordered.filter(
    (user) => after === null || compare([valueOf(user), user.id], [after.value, after.id]) > 0,
  );
  const items = rest.slice(0, page.limit);
  const last = items.at(-1);
  const nextCursor =
    last !== undefined && rest.length > items.length ? encodeCursor([sort, valueOf(last), last.id]) : null;
  return { items, nextCursor, total: matching.length };
}

function ascending(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
